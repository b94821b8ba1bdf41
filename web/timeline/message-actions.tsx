import type { ComponentChildren } from 'preact';
import { useRoomContext } from '../room/room-context.ts';
import { Button, IconButton } from '../ui/buttons.tsx';
import type { Entry } from './entry.ts';

/** The buttons of the message that has the pointer or the focus; `children` come first. */
export function MessageActions({ entry, children }: { entry: Entry; children: ComponentChildren }) {
  const { draft, me, isModerator, confirmDelete } = useRoomContext();
  const { id } = entry;
  const isOwn = entry.author === me;
  const setTarget = (kind: 'reply' | 'edit') => draft.setTarget({ kind, entry });
  return (
    <fieldset class="actions" aria-label="Message actions">
      {children}
      <IconButton icon="reply" label="Reply" onClick={() => setTarget('reply')} />
      {isOwn && entry.text ? <IconButton icon="edit" label="Edit" onClick={() => setTarget('edit')} /> : null}
      {(isOwn || isModerator) && id !== undefined ? (
        <IconButton icon="trash" label="Delete" onClick={() => confirmDelete(id)} />
      ) : null}
    </fieldset>
  );
}

/** Shows why a message was not sent, with buttons to retry or discard it. */
export function FailedActions({ entry: { key, error } }: { readonly entry: Entry }) {
  const { draft } = useRoomContext();
  return (
    <div class="failed" role="alert">
      <span>Not sent. {error}</span>
      <Button kind="text-button" label="Try again" onClick={() => draft.retry(key)} />
      <Button kind="text-button" label="Discard" onClick={() => draft.discard(key)} />
    </div>
  );
}
