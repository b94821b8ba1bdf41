import type { Role } from '../../functions/domain/member.ts';
import type { LocalUser } from '../../local/identity/issuer.ts';

export interface WorldRoom {
  readonly id: string;
  /** User id → role. */
  readonly members: ReadonlyMap<string, Role>;
}

export interface Person extends LocalUser {
  /** Which room their devices have open. */
  readonly home: WorldRoom;
  /** What they may open, too: another room of theirs. */
  readonly second: WorldRoom;
  /** A room that is nothing to them; undefined where they are in all. */
  readonly foreign: WorldRoom | undefined;
}

export interface DevicePlan {
  readonly name: string;
  readonly person: Person;
  /** Has a raw socket beside, which does what no client would. */
  readonly twin: boolean;
  /** The raw socket is at the edge, not at the WebSocket API itself. */
  readonly edge: boolean;
  /** How the raw socket reads. */
  readonly reads: 'auto' | 'manual';
  /** Loads the whole history in the end. */
  readonly loads: boolean;
}

export interface World {
  readonly rooms: readonly WorldRoom[];
  readonly people: readonly Person[];
  readonly devices: readonly DevicePlan[];
}

/** Text of a room says which room it is of, so that a leak shows in whatever frame it comes. */
export const saying = (room: string, what: string): string => `said in ${room}: ${what}.`;

/** The rooms whose text is in a frame. */
export const roomsSaid = (frame: string): readonly string[] =>
  [...frame.matchAll(/said in (\d+):/g)].map(([, room]) => room ?? '');

/**
 * `clients` devices in `rooms` rooms. About three of four people have one device, the others two in the same room; each
 * person is a member of the next room as well, where a member of the room before may moderate nothing.
 */
export function makeWorld({ clients, rooms: count }: { clients: number; rooms: number }): World {
  const each = Math.max(2, Math.floor((clients * 0.75) / count));
  const memberships = Array.from({ length: count }, () => new Map<string, Role>());
  const rooms = memberships.map((members, index) => ({ id: String(101 + index), members }));
  const people = Array.from({ length: Math.min(each * count, clients) }, (_, index): Person => {
    const id = String(1001 + index);
    const [home, second, foreign] = [0, 1, 2].map((step) => rooms[(index + step) % count]);
    if (!home || !second) throw new Error('World not made: it has no rooms; give at least one');
    memberships[index % count]?.set(id, index < count ? 'owner' : 'member');
    const next = memberships[(index + 1) % count];
    if (next && !next.has(id)) next.set(id, 'member');
    const name = `user${id}`;
    const nothing = count > 2 ? foreign : undefined;
    return { id, username: name, email: `${name}@example.com`, home, second, foreign: nothing };
  });
  const devices = Array.from({ length: clients }, (_, index): DevicePlan => {
    const person = people[index % people.length];
    if (!person) throw new Error('World not made: it has no people; give at least one client');
    return {
      name: `c${index}`,
      person,
      twin: index % 3 === 1,
      edge: index % 2 === 0,
      reads: index % 4 === 1 ? 'manual' : 'auto',
      loads: index % 2 === 0,
    };
  });
  return { rooms, people, devices };
}
