import { useCallback } from 'preact/hooks';
import type { Id } from '../../client/index.ts';
import { otherMember, useUsers } from '../../client/react/index.ts';

/** Returns a user's name. `known` is the name that the user's message has. */
export type NameOf = (id: Id, known?: string) => string;

/** Returns the name of a guest, whose id is `guest:` and the name that they claim, if any. */
function guestName(id: Id): string | undefined {
  const [, nameless, claimed] = /^guest:(guest:)?(.*)$/s.exec(String(id)) ?? [];
  if (claimed === undefined) return undefined;
  return nameless ? 'Guest' : `${claimed} (guest)`;
}

/** Returns a function that returns a user's name, or the user's id while the name is unknown. */
export function useNames(): NameOf {
  const users = useUsers();
  return useCallback(
    (id, known) => guestName(id) ?? users.get(String(id))?.name ?? known ?? String(id),
    [users],
  );
}

/** Returns a room's name; for a direct room, the other member's name. */
export function roomName(
  room: { readonly id: Id; readonly name: string },
  me: string,
  nameOf: NameOf,
): string {
  const other = otherMember(room.id, me);
  return room.name || (other === undefined ? `Room ${room.id}` : nameOf(other));
}
