import type { EditOptions, Room, SendOptions } from '../../client/index.ts';
import type { Entry } from '../timeline/entry.ts';
import { findMentions, type Mentionable } from './find-mentions.ts';

/** The most users whom a message mentions. */
const MAX_MENTIONS = 50;

/** How many of the newest messages are searched for people who are not members, as in an open room. */
const MAX_AUTHORS_FROM = 200;

/** Matches the ids of authors who cannot be mentioned: bots, backends, guests and the system. */
const nobody = /^(bot:|service:|guest:|system$)/;

/** Returns the people whom a message in a room can mention: the authors of its newest messages first. */
export function mentionable({ info, messages }: Pick<Room, 'info' | 'messages'>): readonly Mentionable[] {
  const names = new Map<string, string>();
  for (const { sender_id, sender_name, guest } of messages.slice(-MAX_AUTHORS_FROM).toReversed()) {
    const id = String(sender_id);
    if (sender_name && !guest && !nobody.test(id) && !names.has(id)) names.set(id, sender_name);
  }
  for (const { user_id, username } of info?.members ?? []) if (username) names.set(String(user_id), username);
  return [...names].map(([id, name]) => ({ id, name }));
}

/**
 * Returns the ids of the users whom a text mentions, each once.
 * @param chosen the people whom the user has chosen from the list, in this order: they tell users of the same name apart
 */
export function mentionedIn(
  text: string,
  people: readonly Mentionable[],
  chosen: readonly Mentionable[] = [],
): string[] {
  const known = [...chosen, ...people.filter(({ id }) => !chosen.some((each) => each.id === id))];
  const counts = new Map<string, number>();
  const ids = findMentions(text, known).flatMap((mention) => {
    const options = chosen.filter((each) => mention.people.includes(each));
    const key = mention.people[0]?.id ?? '';
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const picked = options[Math.min(count, options.length - 1)];
    return picked ? [picked.id] : mention.people.map(({ id }) => id);
  });
  return [...new Set(ids)].slice(0, MAX_MENTIONS);
}

/** Finds the mentions in the texts that the user writes in a room. */
export class MentionFinder {
  readonly #room: Room;
  readonly #chosen: Mentionable[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  /** Notes that the user has chosen a person from the list. The text has the name. */
  choose(person: Mentionable): void {
    this.#chosen.push(person);
  }

  /** Returns the mentions of a new message. */
  in(text: string): Pick<SendOptions, 'mentions'> {
    const mentions = this.#idsIn(text);
    return mentions.length > 0 ? { mentions } : {};
  }

  /** Returns the mentions of an edited message. Keeps mentions whose names were not in the text, such as former names. */
  afterEdit({ mentions = [], text }: Entry, edited: string): EditOptions {
    const named = this.#idsIn(text);
    const kept = mentions.filter((id) => !named.includes(id));
    const after = [...new Set([...kept, ...this.#idsIn(edited)])];
    return mentions.length > 0 || after.length > 0 ? { mentions: after } : {};
  }

  #idsIn(text: string): string[] {
    return mentionedIn(text, mentionable(this.#room), this.#chosen);
  }
}
