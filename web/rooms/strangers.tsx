import type { RoomDetails } from '../../client/index.ts';
import { counted } from '../ui/format.ts';

/** The ids of members whom nobody knows: an id that was mistyped is taken like one of somebody who is yet to come. */
export const strangersIn = ({ members }: RoomDetails, me: string | undefined): readonly string[] =>
  members
    .filter(({ user_id, username }) => username === null && String(user_id) !== me)
    .map(({ user_id }) => String(user_id));

interface StrangersProps {
  readonly details: RoomDetails;
  readonly me: string | undefined;
  /** Those whom one has added just now; all, where it is missing. */
  readonly among?: readonly string[];
}

/** Warns of members who never signed in. */
export function Strangers({ details, me, among }: StrangersProps) {
  const ids = strangersIn(details, me).filter((id) => among?.includes(id) ?? true);
  if (ids.length === 0) return null;
  return (
    <p class="warning" role="status">
      Nobody with {ids.length === 1 ? 'this id has' : `these ${counted(ids.length, 'id')} has`} signed in yet:{' '}
      {ids.join(', ')}. Check the spelling; whoever it is finds the room when they come.
    </p>
  );
}
