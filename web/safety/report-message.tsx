import { useState } from 'preact/hooks';
import { reportMessage } from '../../client/index.ts';
import { previewText } from '../format/plain.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import type { Entry } from '../timeline/entry.ts';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { reasonLabels, reasons } from './reasons.ts';

interface ReportProps {
  readonly entry: Entry;
  readonly onClose: () => void;
}

/** Reports a message to the moderators of the room and to the team. */
export function ReportMessage({ entry, onClose }: ReportProps) {
  const { client, room } = useRoomContext();
  const words = laterTexts().reports;
  const nameOf = useNames();
  const [isSent, setSent] = useState(false);
  const { busy, error, run } = useAsyncAction();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const note = String(fields.get('note') ?? '').trim();
    const reason = reasons.find((each) => each === fields.get('reason')) ?? 'other';
    const { id = 0 } = entry;
    setSent(await run(() => reportMessage(client, room.id, id, { reason, ...(note && { note }) })));
  };
  if (isSent) {
    return (
      <Dialog title={words.sent} onClose={onClose}>
        <p class="lead" role="status">
          {words.thanks}
        </p>
        <Button kind="primary" label={words.done} onClick={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={words.reportMessage} onClose={onClose}>
      <blockquote class="reported">
        <strong>
          <bdi>{nameOf(entry.author, entry.name)}</bdi>
        </strong>
        <span dir="auto">{previewText(entry.text) || (entry.message?.file ?? texts().common.file)}</span>
      </blockquote>
      <form class="form" onSubmit={submit}>
        <fieldset class="choice column">
          <legend>{words.reason}</legend>
          {reasons.map((reason, index) => (
            <label key={reason}>
              <input type="radio" name="reason" value={reason} defaultChecked={index === 0} />{' '}
              {reasonLabels()[reason]}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{words.note}</span>
          <textarea class="prose" name="note" rows={3} maxLength={1_000} />
        </label>
        <ErrorText>{error}</ErrorText>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? words.sending : words.report}
        </button>
      </form>
    </Dialog>
  );
}
