import { marshall } from '@aws-sdk/util-dynamodb';
import { matchingTerm, type Person, publicName, termsOf } from '../domain/name.ts';
import { isUser, shownName } from './accounts.ts';
import type { Database } from './database.ts';
import { directoryKey, profileKey } from './keys.ts';

/** A user's name that the directory does not list yet. The profile stores all names whose entries may exist. */
export interface Unlisted {
  readonly user: string;
  readonly name: string;
  /** The user's other names: earlier ones, and those in other tokens. Their entries are removed. */
  readonly others: readonly string[];
  /** The profile's `listed`, as it was read. */
  readonly listed: string | undefined;
}

/**
 * Lists a user under each term of their name, and removes the entries of their other names. If the function ends
 * halfway, the profile still has the other names, and the next connection repeats this.
 */
export async function listName(db: Database, { user, name, others, listed }: Unlisted): Promise<void> {
  const terms = termsOf(name);
  const obsolete = new Set(others.flatMap(termsOf).filter((term) => !terms.includes(term)));
  await Promise.all([
    ...terms.map((term) => db.chat.put({ ...directoryKey(term, user), id: user, name })),
    ...Array.from(obsolete, (term) => db.chat.remove(directoryKey(term, user))),
  ]);
  const unchanged = listed === undefined ? 'attribute_not_exists(listed)' : 'listed = :listed';
  const isListed = await db.chat.update(profileKey(user), {
    update: `SET listed = :name${others.length > 0 ? ' DELETE #names :others' : ''}`,
    condition: `${unchanged} OR listed = :name`,
    values: {
      ':name': name,
      ...(others.length > 0 && { ':others': new Set(others) }),
      ...(listed !== undefined && { ':listed': listed }),
    },
  });
  if (isListed) return;
  // A connection with another name has changed the entries at the same time. The next connection lists the name again.
  await db.chat.update(profileKey(user), {
    update: 'ADD #names :names REMOVE listed',
    values: { ':names': new Set([name]) },
  });
}

/** Removes all entries of a user from the directory. */
export async function unlistUser(db: Database, user: string): Promise<void> {
  const { listed, names = new Set<string>() } = (await db.chat.get(profileKey(user))) ?? {};
  const terms = new Set([...names, ...(listed === undefined ? [] : [listed])].flatMap(termsOf));
  await Promise.all(Array.from(terms, (term) => db.chat.remove(directoryKey(term, user))));
}

/** Lists a user under a name that the team has changed, if the directory lists the user. */
export async function relistName(db: Database, user: string): Promise<void> {
  const profile = await db.chat.get(profileKey(user));
  if (!isUser(profile) || profile['listed'] === undefined) return;
  const { listed, names = new Set<string>() } = profile;
  const name = publicName(shownName(profile));
  if (name === listed && names.size === 1) return;
  const others = [...names].filter((other) => other !== name);
  await db.chat.update(profileKey(user), {
    update: 'ADD #names :names',
    values: { ':names': new Set([name]) },
  });
  await listName(db, { user, name, others, listed });
}

/** A page of people, sorted by the search term that matched. */
export interface PeoplePage {
  readonly people: readonly Person[];
  /** Where the next page begins. Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Returns users whose name has a term that begins with the searched one. Reads at most `limit` entries. A page may have
 * fewer people, because a name is shown once even if several of its terms match.
 * @param after the `next` of the page before, which begins with the searched term
 */
export async function findByName(
  db: Database,
  searched: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<PeoplePage> {
  const { room, item } = directoryKey(searched);
  const { items, next } = await db.chat.query({
    where: '#room = :room AND begins_with(#item, :item)',
    values: { ':room': room, ':item': item },
    limit,
    ...(after !== undefined && { start: marshall({ room, item: after }) }),
  });
  const isShown = ({ id, item, name }: (typeof items)[number]) => {
    const term = matchingTerm(name, searched);
    return term !== undefined && item === directoryKey(term, id).item;
  };
  return { people: items.filter(isShown).map(({ id, name }) => ({ id, name })), next: next?.['item']?.S };
}

/** Returns the user with an id; undefined for a guest, and for an id that the chat does not know. */
export async function findById(db: Database, id: string): Promise<Person | undefined> {
  const profile = await db.chat.get(profileKey(id), { consistent: false });
  return isUser(profile) ? { id, name: publicName(shownName(profile)) } : undefined;
}
