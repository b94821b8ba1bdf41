import { useEffect, useState } from 'preact/hooks';
import { type ReportedMessage, reports, resolveReports } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { type NameOf, useNames } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { shortTime } from '../ui/format.ts';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { reasonLabels } from './reasons.ts';

/** Returns the text of a reported message: as it was reported if it is gone. */
const textOf = ({ text, reported_texts, file }: ReportedMessage): string =>
  text || reported_texts[0] || file || texts().common.messageDeleted;

interface ItemProps {
  readonly reported: ReportedMessage;
  readonly nameOf: NameOf;
  readonly onResolve: () => void;
}

function ReportedItem({ reported, nameOf, onResolve }: ItemProps) {
  const { goTo } = useRoomContext();
  const words = laterTexts().reports;
  const { sender, text, message_id, report_count, last_reported_at } = reported;
  const name = sender ? nameOf(sender.id, sender.username) : words.deletedUser;
  return (
    <li>
      <blockquote class="reported">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span dir="auto">{textOf(reported)}</span>
      </blockquote>
      <p class="hint">
        {words.count(report_count)} · <time dateTime={last_reported_at}>{shortTime(last_reported_at)}</time>
        {text === null ? ` · ${words.deleted}` : ''}
      </p>
      <ul>
        {reported.reports.map(({ user_id, reason, note }) => (
          <li key={user_id}>{words.line(nameOf(user_id), reasonLabels()[reason], note)}</li>
        ))}
      </ul>
      <div class="dialog-choices">
        {text === null ? null : (
          <Button kind="text-button" label={words.goTo} onClick={() => goTo(message_id)} />
        )}
        <Button kind="text-button" label={words.resolve} onClick={onResolve} />
      </div>
    </li>
  );
}

/** The reported messages of a room that no moderator has dealt with. */
export function ReportedMessages({ onClose }: { readonly onClose: () => void }) {
  const { client, room } = useRoomContext();
  const words = laterTexts().reports;
  const nameOf = useNames();
  const [open, setOpen] = useState<readonly ReportedMessage[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const { busy, error, run } = useAsyncAction();
  const load = (from?: string) =>
    void run(async () => {
      const page = await reports(client, room.id, { cursor: from });
      setOpen((before = []) => [...before, ...page.reports]);
      setCursor(page.next_cursor);
    });
  const resolve = (id: number) =>
    void run(async () => {
      await resolveReports(client, room.id, id);
      setOpen((before) => before?.filter(({ message_id }) => message_id !== id));
    });
  useEffect(() => load(), []);
  return (
    <Dialog title={words.reportedMessages} onClose={onClose}>
      <ul class="report-list">
        {open?.map((reported) => (
          <ReportedItem
            key={reported.message_id}
            reported={reported}
            nameOf={nameOf}
            onResolve={() => resolve(reported.message_id)}
          />
        ))}
      </ul>
      {open?.length || error ? null : <p class="hint">{open ? words.none : texts().common.loading}</p>}
      {cursor ? (
        <Button kind="quiet" label={texts().common.loadMore} busy={busy} onClick={() => load(cursor)} />
      ) : null}
      <ErrorText>{error}</ErrorText>
    </Dialog>
  );
}
