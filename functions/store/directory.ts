import { marshall } from '@aws-sdk/util-dynamodb';
import { matchingTerm, type Person, publicName, termsOf } from '../domain/name.ts';
import type { Database } from './database.ts';
import { directoryKey, profileKey } from './keys.ts';

/** A name to list for a user, and names to remove. The profile has all names that may have entries. */
export interface Unlisted {
  readonly user: string;
  readonly name: string;
  /** Earlier names, and those of other tokens of the user. */
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

/** A page of people in the order of the terms by which they are found. */
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

/** Returns a user who has signed in. A guest's profile expires. */
export async function findById(db: Database, id: string): Promise<Person | undefined> {
  const profile = await db.chat.get(profileKey(id), { consistent: false });
  return profile && profile['expiresAt'] === undefined
    ? { id, name: publicName(profile['username']) }
    : undefined;
}
