import { useCallback } from 'preact/hooks';
import type { Id, Presence } from '../../client/index.ts';
import { otherMember, useChatClient, useUsers } from '../../client/react/index.ts';
import { useSubscribed } from '../../client/react/provider.ts';
import { presenceOf } from '../../client/react/users.ts';
import { texts } from '../texts/texts.ts';

/** Returns a user's name. `known` is the name that the user's message has. */
export type NameOf = (id: Id, known?: string) => string;

/** Returns the name of a guest, whose id is `guest:` and the name that they claim, if any. */
function guestName(id: Id): string | undefined {
  const [, nameless, claimed] = /^guest:(guest:)?(.*)$/s.exec(String(id)) ?? [];
  if (claimed === undefined) return undefined;
  return nameless ? texts().names.guest : texts().names.guestWithName(claimed);
}

/** Returns a function that returns a user's name, or the user's id while the name is unknown. */
export function useNames(): NameOf {
  const users = useUsers();
  return useCallback(
    (id, known) => guestName(id) ?? users.get(String(id))?.name ?? known ?? String(id),
    [users],
  );
}

/** Returns a function that returns the address of a user's picture, if it is known. */
export function usePictures(): (id: Id) => string | null | undefined {
  const users = useUsers();
  return useCallback((id) => users.get(String(id))?.avatar_url, [users]);
}

/** Returns the presence of users by id, as far as it is known. */
export function usePresenceOfAll(): ReadonlyMap<string, Presence> {
  const store = presenceOf(useChatClient());
  return useSubscribed(store.subscribe, () => store.value);
}

/** Returns a room's name; for a direct room, the other member's name. */
export function roomName(
  room: { readonly id: Id; readonly name: string },
  me: string,
  nameOf: NameOf,
): string {
  const other = otherMember(room.id, me);
  return room.name || (other === undefined ? texts().names.room(String(room.id)) : nameOf(other));
}
