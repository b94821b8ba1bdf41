import type { Role } from '../../functions/domain/member.ts';
import type { LocalUser } from '../../local/identity/issuer.ts';

export interface RoomPlan {
  readonly id: string;
  /** User id → role. */
  readonly members: ReadonlyMap<string, Role>;
}

export interface UserPlan extends LocalUser {
  /** The room that all devices of the user open at the start. */
  readonly home: RoomPlan;
  /** Another room of the user, which devices join and leave during the run. */
  readonly second: RoomPlan;
  /** A room that the user is not a member of, or undefined if there is none. */
  readonly forbidden: RoomPlan | undefined;
}

/** A second socket of a device, without the client, for frames that the client never sends. */
export interface RawSocketPlan {
  /** Whether it connects through the edge instead of to the WebSocket API directly. */
  readonly viaEdge: boolean;
  /** The value of its `reads` parameter. */
  readonly reads: 'auto' | 'manual';
}

export interface DevicePlan {
  readonly name: string;
  readonly user: UserPlan;
  readonly rawSocket: RawSocketPlan | undefined;
  /** Whether it loads the complete history at the end. */
  readonly loadsHistory: boolean;
}

/** The rooms, users and devices of a run. */
export interface Scenario {
  readonly rooms: readonly RoomPlan[];
  readonly users: readonly UserPlan[];
  readonly devices: readonly DevicePlan[];
}

/** Returns a text that names its room, so that the checker detects it in a frame of another room. */
export const roomText = (room: string, content: string): string => `text of room ${room}: ${content}.`;

/** Returns the ids of the rooms whose texts a frame contains. */
export const roomsOfTexts = (frame: string): ReadonlySet<string> =>
  new Set([...frame.matchAll(/text of room (\d+):/g)].map(([, room]) => room ?? ''));

/**
 * Plans `clients` devices in `rooms` rooms. About three quarters of the users have one device, the others have two.
 * Each user is also a plain member of the next room.
 */
export function planScenario({ clients, rooms: count }: { clients: number; rooms: number }): Scenario {
  const usersPerRoom = Math.max(2, Math.floor((clients * 0.75) / count));
  const memberships = Array.from({ length: count }, () => new Map<string, Role>());
  const rooms = memberships.map((members, index) => ({ id: String(101 + index), members }));
  const users = Array.from({ length: Math.min(usersPerRoom * count, clients) }, (_, index): UserPlan => {
    const id = String(1001 + index);
    const [home, second, third] = [0, 1, 2].map((step) => rooms[(index + step) % count]);
    if (!home || !second) throw new Error('Could not plan the scenario: it has no rooms. Set at least one.');
    memberships[index % count]?.set(id, index < count ? 'owner' : 'member');
    const next = memberships[(index + 1) % count];
    if (next && !next.has(id)) next.set(id, 'member');
    const username = `user${id}`;
    const forbidden = count > 2 ? third : undefined;
    return { id, username, email: `${username}@example.com`, home, second, forbidden };
  });
  const devices = Array.from({ length: clients }, (_, index): DevicePlan => {
    const user = users[index % users.length];
    if (!user) throw new Error('Could not plan the scenario: it has no clients. Set at least one.');
    const rawSocket = { viaEdge: index % 2 === 0, reads: index % 4 === 1 ? 'manual' : 'auto' } as const;
    return {
      name: `c${index}`,
      user,
      rawSocket: index % 3 === 1 ? rawSocket : undefined,
      loadsHistory: index % 2 === 0,
    };
  });
  return { rooms, users, devices };
}
