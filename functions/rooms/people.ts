import { mapLimited } from '../delivery/concurrency.ts';
import type { Context } from '../delivery/context.ts';
import { isStoredUserId } from '../domain/id.ts';
import { isKnownTo, type User } from '../domain/member.ts';
import { type Directory, matchingTerm, type Person, publicName, searchedTerm } from '../domain/name.ts';
import { findById, findByName, type PeoplePage } from '../store/directory.ts';
import { getMemberships, listMembers, listRoomsOf } from '../store/members.ts';
import { getProfiles, type Profile } from '../store/profiles.ts';
import { getRooms } from '../store/rooms.ts';

/** A search of people by the beginning of a name, or by a whole user id. */
export interface PeopleSearch {
  readonly query: string;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

// With `sharedRooms`, a search reads at most the following, whatever the number of users and rooms.
const MAX_ROOMS = 200;
const MAX_ACTIVE_ROOMS = 20;
const MAX_MEMBERS = 100;
const MAX_PEOPLE = 200;

const eventually = { consistent: false } as const;

/** Returns the fields of a profile that a search shows in addition to the name. */
const shownOf = (profile: Profile | undefined): Pick<Person, 'avatarUrl' | 'data'> => ({
  avatarUrl: profile?.avatarUrl,
  ...(profile?.data && { data: profile.data }),
});

/**
 * Returns people who share a room with a user. Both must have accepted the room, and it must not be concealed. Of up to
 * `MAX_ROOMS` rooms of the user, takes the `MAX_ACTIVE_ROOMS` that changed last, and reads the first `MAX_MEMBERS`
 * members of each.
 */
async function listAcquaintances(
  user: string,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<readonly Person[]> {
  const ids = await listRoomsOf(db, user, MAX_ROOMS);
  const states = await getRooms(db, ids, eventually);
  const active = states.toSorted((one, other) => other.activeAt - one.activeAt).slice(0, MAX_ACTIVE_ROOMS);
  const rooms = active.map(({ room }) => room.id);
  // The index of memberships lags, so the user may have left some of the rooms.
  const [own, pages] = await Promise.all([
    getMemberships(db, user, rooms),
    mapLimited(rooms, (room) => listMembers(db, room, MAX_MEMBERS, eventually)),
  ]);
  const others = pages
    .flatMap(({ members }) => members)
    .filter((member) => {
      const ownMember = own.get(member.room);
      return member.user !== user && ownMember && isKnownTo(ownMember, user) && isKnownTo(member, user);
    });
  const users = [...new Set(others.map((member) => member.user))].slice(0, MAX_PEOPLE);
  const profiles = await getProfiles(db, users, now());
  return [...profiles]
    .filter(([, { isBanned }]) => !isBanned)
    .map(([id, profile]) => ({ id, name: publicName(profile.username), ...shownOf(profile) }));
}

/** Finds people among those who share a room with the caller, in the order of their terms. */
async function searchSharedRooms(
  { query, after, limit }: PeopleSearch,
  caller: string,
  context: Pick<Context, 'db' | 'now'>,
): Promise<PeoplePage> {
  const people = await listAcquaintances(caller, context);
  const searched = searchedTerm(query);
  const found = people.flatMap((person) => {
    const term = searched !== undefined && matchingTerm(person.name, searched);
    return term ? [{ person, place: `${term}#${person.id}` }] : [];
  });
  const rest = found
    .filter(({ place }) => after === undefined || place > after)
    .sort((one, other) => (one.place < other.place ? -1 : 1));
  const page = rest.slice(0, limit);
  return withId(
    after === undefined ? people.find(({ id }) => id === query) : undefined,
    { people: page.map(({ person }) => person), next: rest.length > limit ? page.at(-1)?.place : undefined },
    query,
  );
}

/** Puts the user with the searched id first. */
const withId = (exact: Person | undefined, { people, next }: PeoplePage, query: string): PeoplePage => ({
  people: [...(exact ? [exact] : []), ...people.filter(({ id }) => id !== query)],
  next,
});

/** Finds people among all users of the chat. */
async function searchEveryone(
  { query, after, limit }: PeopleSearch,
  caller: string,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<PeoplePage> {
  const searched = searchedTerm(query);
  const [exact, page] = await Promise.all([
    after === undefined && isStoredUserId(query) ? findById(db, query) : undefined,
    searched === undefined ? { people: [], next: undefined } : findByName(db, searched, { after, limit }),
  ]);
  const { people, next } = withId(exact, page, query);
  const found = people.filter(({ id }) => id !== caller);
  const profiles = await getProfiles(
    db,
    found.map(({ id }) => id),
    now(),
  );
  // The directory has only names, because the rest of a profile changes without the name.
  const shown = found.filter(({ id }) => !profiles.get(id)?.isBanned);
  return { people: shown.map((person) => ({ ...person, ...shownOf(profiles.get(person.id)) })), next };
}

/**
 * Finds people by the beginning of their name, of one of its words, or by their whole id. The caller and
 * banned users are not among them.
 */
export const searchPeople = (
  search: PeopleSearch,
  caller: User,
  directory: Exclude<Directory, 'off'>,
  context: Pick<Context, 'db' | 'now'>,
): Promise<PeoplePage> =>
  directory === 'everyone'
    ? searchEveryone(search, caller.id, context)
    : searchSharedRooms(search, caller.id, context);
