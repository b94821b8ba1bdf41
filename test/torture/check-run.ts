import { isDeepStrictEqual } from 'node:util';
import { type Shown, tombstone } from './copy.ts';
import type { Deed } from './operations.ts';
import type { Numbered } from './expected.ts';
import type { Entry, Records } from './room-states.ts';

const show = (shown: Shown | undefined): string => JSON.stringify(shown ?? 'nothing');

/** Where some messages differ from those that there must be; what is deleted may be missing. */
export function differences(
  whose: string,
  found: ReadonlyMap<number, Shown>,
  expected: ReadonlyMap<number, Shown>,
): readonly string[] {
  const violations: string[] = [];
  for (const [id, right] of expected) {
    const shown = found.get(id) ?? (right.deleted ? tombstone : undefined);
    if (!isDeepStrictEqual(shown, right)) {
      violations.push(`${whose}: message ${id} is ${show(shown)} and must be ${show(right)}`);
    }
  }
  for (const [id, shown] of found) {
    if (!expected.has(id)) violations.push(`${whose}: message ${id} is ${show(shown)} and must not be`);
  }
  return violations;
}

/** The messages as their items in the table have them. */
export function storedMessages({ log }: Records): ReadonlyMap<number, Shown> {
  const messages = [...log].filter(([, { kind }]) => kind === 'message');
  return new Map(messages.map(([id, entry]) => [id, storedMessage(entry)]));
}

function storedMessage(entry: Entry): Shown {
  const deleted = entry['deletedAt'] !== undefined;
  const reactions = Object.entries(entry).flatMap(([name, value]) => {
    const [, user, emoji] = /^reaction#([^#]+)#(.+)$/.exec(name) ?? [];
    const { removed } = Object(value) as { removed?: boolean };
    return user === undefined || removed ? [] : [`${emoji} ${user}`];
  });
  return { text: String(entry['text'] ?? ''), deleted, reactions: deleted ? [] : reactions.sort() };
}

/** Texts of deleted messages that still stand anywhere in a room's items. */
export function checkBuried(deeds: readonly Numbered[], { items }: Records): readonly string[] {
  const deleted = new Set(deeds.filter(({ deed }) => deed.kind === 'delete').map(({ deed }) => deed.message));
  const about = ({ deed, seq }: Numbered) => (deed.kind === 'send' ? seq : deed.message);
  const buried = deeds.filter((each) => each.deed.text !== undefined && deleted.has(about(each)));
  const stored = items.map((item) => JSON.stringify(item));
  return buried.flatMap(({ deed, seq }: { deed: Deed; seq: number }) => {
    const item = stored.find((text) => text.includes(deed.text ?? ''));
    return item === undefined
      ? []
      : [
          `Room ${deed.room}: the text of ${deed.kind} ${deed.name} of user ${deed.user} (number ${seq}) outlived its message: ${item}`,
        ];
  });
}

const steps = ['sent', 'delivered', 'read'];
const storedStep: Readonly<Record<string, string>> = { send: 'sent', delivered: 'delivered', read: 'read' };

/** Remembers how far each message had come whenever the table was read: it must never have come less far. */
export class Statuses {
  readonly #highest = new Map<string, string>();

  /** @returns what went down */
  compare(room: string, { log }: Records): readonly string[] {
    const violations: string[] = [];
    for (const [id, entry] of log) {
      if (entry.kind !== 'message') continue;
      const status = String(entry['status']);
      const place = `${room} ${id}`;
      const before = this.#highest.get(place) ?? 'sent';
      if (steps.indexOf(status) < steps.indexOf(before)) {
        violations.push(`message ${id} of room ${room} was ${before} and is ${status}`);
      } else this.#highest.set(place, status);
    }
    return violations;
  }

  /** @returns the messages of which somebody was told more than was stored; `<room> <id>` → status on the wire */
  compareTold(told: ReadonlyMap<string, string>): readonly string[] {
    return [...told].flatMap(([place, status]) => {
      const stored = this.#highest.get(place);
      const step = storedStep[status] ?? 'sent';
      if (stored === undefined || steps.indexOf(stored) >= steps.indexOf(step)) return [];
      return [
        `message ${place.split(' ')[1]} of room ${place.split(' ')[0]} was told as ${status} and is ${stored}`,
      ];
    });
  }
}
