import { useState } from 'preact/hooks';
import { deleteRoom, type RoomDetails, type RoomUpdate, updateRoom } from '../../client/index.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Button, ErrorText, Field } from '../ui/buttons.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { duration } from '../ui/format.ts';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useRoomContext } from './room-context.ts';

const SLOW_MODES = [0, 5, 10, 30, 60, 300, 900, 3_600];

/** The choices of slow mode, with the current one if a backend has chosen another. */
const slowModes = (current: number): readonly number[] =>
  [...new Set([...SLOW_MODES, current])].sort((a, b) => a - b);

interface SettingsProps {
  readonly details: RoomDetails;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

/** Returns the settings in a form that differ from the current ones. */
function changedSettings(form: HTMLFormElement, details: RoomDetails): RoomUpdate {
  const fields = new FormData(form);
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const chosen = {
    name: text('name'),
    description: text('description'),
    avatar_url: text('avatar_url') || null,
    posting: fields.get('posting') === 'moderators' ? 'moderators' : 'everyone',
    slow_mode: Number(fields.get('slow_mode')),
  } as const;
  const changed = Object.entries(chosen).filter(([name, value]) => Reflect.get(details, name) !== value);
  return Object.fromEntries(changed);
}

function FurtherSettings({ details }: Pick<SettingsProps, 'details'>) {
  const { description, avatar_url, posting, slow_mode } = details;
  const { settings } = laterTexts();
  return (
    <>
      <label class="field">
        <span>{settings.description}</span>
        <textarea class="prose" name="description" rows={3} maxLength={1_000} defaultValue={description} />
      </label>
      <Field
        label={settings.picture}
        name="avatar_url"
        type="url"
        pattern="https://.+"
        title={settings.pictureRule}
        maxLength={2_048}
        required={false}
        defaultValue={avatar_url ?? ''}
      />
      <label class="field">
        <span>{settings.posting}</span>
        <select name="posting">
          <option value="everyone">{settings.everyone}</option>
          <option value="moderators" selected={posting === 'moderators'}>
            {settings.moderators}
          </option>
        </select>
      </label>
      <label class="field">
        <span>{settings.slowMode}</span>
        <select name="slow_mode">
          {slowModes(slow_mode).map((seconds) => (
            <option key={seconds} value={seconds} selected={seconds === slow_mode}>
              {seconds === 0 ? settings.off : settings.oneMessageEvery(duration(seconds))}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

/** Changes the settings of a group. Owners can also archive and delete it. */
export function RoomSettings({ details, onDeleted, onClose }: SettingsProps) {
  const { client, room, role } = useRoomContext();
  const [isDeleting, setDeleting] = useState(false);
  const { busy, error, run } = useAsyncAction();
  const { archived } = details;
  const { settings } = laterTexts();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const changes = changedSettings(event.currentTarget as HTMLFormElement, details);
    const isSaved =
      Object.keys(changes).length === 0 || (await run(() => updateRoom(client, room.id, changes)));
    if (isSaved) onClose();
  };
  const archive = () => void run(() => updateRoom(client, room.id, { archived: !archived }));
  const remove = () => deleteRoom(client, room.id).then(onDeleted);
  return (
    <Dialog title={settings.title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <Field
          label={settings.name}
          name="name"
          maxLength={200}
          required={false}
          defaultValue={details.name}
        />
        <FurtherSettings details={details} />
        <ErrorText>{error}</ErrorText>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? settings.saving : settings.save}
        </button>
      </form>
      {role === 'owner' ? (
        <div class="dialog-extras">
          <Button
            kind="quiet"
            label={archived ? settings.unarchive : settings.archive}
            busy={busy}
            onClick={archive}
          />
          <Button kind="danger" label={settings.delete} busy={busy} onClick={() => setDeleting(true)} />
        </div>
      ) : null}
      {isDeleting ? (
        <ConfirmDialog
          title={settings.deletionTitle}
          action={settings.delete}
          onClose={() => setDeleting(false)}
          onConfirm={remove}
        >
          {settings.deletionConsequence}
        </ConfirmDialog>
      ) : null}
    </Dialog>
  );
}
