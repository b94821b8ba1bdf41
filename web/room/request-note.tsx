import type { RoomDetails } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useNames } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useRoomContext } from './room-context.ts';

interface NoteProps {
  readonly details: RoomDetails;
  readonly onAccepted: () => unknown;
  readonly onDeclined: () => unknown;
}

/** Asks whether the user accepts a room that a stranger added them to. */
export function RequestNote({ details, onAccepted, onDeclined }: NoteProps) {
  const { client, me } = useRoomContext();
  const nameOf = useNames();
  const { busy, error, run } = useAsyncAction();
  const { request } = laterTexts();
  const id = String(details.id);
  const other = otherMember(id, me);
  const accept = () =>
    void run(async () => {
      await client.acceptRequest(id);
      await onAccepted();
    });
  const decline = () =>
    void run(async () => {
      await client.declineRequest(id);
      await onDeclined();
    });
  return (
    <section class="request-note" aria-label={request.title}>
      <p>{other === undefined ? request.fromGroup : request.from(nameOf(other))}</p>
      <Button kind="primary" label={request.accept} busy={busy} onClick={accept} />
      <Button kind="quiet" label={request.decline} busy={busy} onClick={decline} />
      <ErrorText>{error}</ErrorText>
    </section>
  );
}
