import type { Room, RoomEvents, SendOptions } from '../../client/index.ts';
import { keepRoomOpen } from '../../client/react/index.ts';
import type { DroppedFile } from '../composer/drops.ts';
import type { Uploads } from '../composer/uploads.ts';
import { loadDialogs } from '../deferred.tsx';
import type { MentionFinder } from '../mentions/mentioned-users.ts';
import { useSyncExternalStore } from '../react.ts';
import { errorText, texts } from '../texts/texts.ts';
import type { Entry, FailedMessage } from '../timeline/entry.ts';
import {
  type ComposeTarget,
  canSubmit,
  composerText,
  type DraftState,
  emptyDraft,
  isChosen,
  withDeletedTarget,
  withRecoveredText,
} from './draft-state.ts';
import type { StoredDraft } from './draft-store.ts';

const replyOptions = (target: ComposeTarget | undefined): SendOptions =>
  target?.entry.id === undefined || target.deleted ? {} : { reply_to: target.entry.id };

/** Returns a refused message as the timeline shows it. Drops the reply if its target is gone, so that a retry works. */
function failedMessage({ frame, error }: RoomEvents['failed']): FailedMessage | undefined {
  if (frame.action !== 'send') return undefined;
  const { action: _action, message: text, client_id = '', room_id: _room, reply_to, ...rest } = frame;
  const isTargetGone = error.code === 'REPLY_NOT_FOUND';
  const options = { ...rest, ...(reply_to !== undefined && !isTargetGone && { reply_to }) } as SendOptions;
  const { message, code } = error;
  return { clientId: client_id, text, options, error: message, code, at: new Date().toISOString() };
}

/**
 * A user's unsent input in one room, and the changes that they make there. It outlives the room's components, so that
 * uploads continue and drafts stay while the user looks at another room.
 */
export class RoomDraft {
  /** Each change replaces this object. */
  state: DraftState;
  /** Finds the mentions in texts. It is set once the message box has an `@`, because most messages have none. */
  mentionFinder: MentionFinder | undefined;
  readonly #openRoom: () => Room;
  readonly #onChange: () => void;
  readonly #listeners = new Set<() => void>();
  /** Undefined until the user has chosen a file. */
  uploads: Uploads | undefined;
  #closed = false;

  /**
   * @param stored the part of the draft that a storage has kept
   * @param onChange called after each change
   */
  constructor(openRoom: () => Room, stored: StoredDraft = {}, onChange: () => void = () => {}) {
    this.#openRoom = openRoom;
    this.#onChange = onChange;
    this.state = { ...emptyDraft, ...stored };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Sets the composer's text. */
  setText(text: string): void {
    this.#update(this.state.target?.kind === 'edit' ? { editedText: text } : { text });
  }

  /** Starts a reply or an edit. Without a target, ends the current one. */
  setTarget(target: ComposeTarget | undefined): void {
    this.#update({ target, editedText: undefined });
  }

  /**
   * Adds files to the next message. Folders, and files that can't be sent, are left out with an error.
   * @param limit how many files the message may have
   */
  async attach(files: Iterable<DroppedFile>, limit?: number): Promise<void> {
    const dialogs = await loadDialogs().catch(() => undefined);
    if (!dialogs) return this.showError(texts().drafts.notAttached);
    // The user has signed out meanwhile. Nothing would release the previews of the files.
    if (this.#closed) return;
    this.uploads ??= new dialogs.Uploads({
      draft: this,
      update: (change) => this.#update(change),
      send: (text, target, file) => this.#send(text, { ...replyOptions(target), ...file }),
      withRoom: (action) => this.#withRoom(action),
    });
    this.uploads.add(files, this.#openRoom().info?.max_file_bytes, limit);
  }

  /** Sends the message with its attachments, or saves the edit. */
  submit(): void {
    if (!canSubmit(this.state)) return;
    const { target, attachments } = this.state;
    const shown = composerText(this.state);
    const isEdit = target?.kind === 'edit';
    if (!isEdit && attachments.some(isChosen)) {
      this.uploads?.submit(this.mentionFinder?.in(shown).mentions);
      return;
    }
    this.#update({ target: undefined, editedText: undefined, error: '', ...(!isEdit && { text: '' }) });
    if (isEdit) {
      const { id, text: before } = target.entry;
      if (id !== undefined && shown !== before) {
        const mentions = this.mentionFinder?.afterEdit(target.entry, shown);
        this.change((room) => room.edit(id, shown, mentions));
      }
    } else this.#send(shown, { ...replyOptions(target), ...this.mentionFinder?.in(shown) });
  }

  /** Changes the room, such as `draft.change((room) => room.delete(7))`. Errors arrive at `handleFailure`. */
  change(change: (room: Room) => Promise<unknown>): void {
    this.#withRoom(change).catch(() => {});
  }

  /** Sends a failed message again. */
  retry(clientId: string): void {
    const message = this.state.failed.find((each) => each.clientId === clientId);
    this.discard(clientId);
    if (message) this.#send(message.text, message.options);
  }

  /** Removes a failed message. */
  discard(clientId: string): void {
    this.#update({ failed: this.state.failed.filter((each) => each.clientId !== clientId) });
  }

  /** Shows an error above the composer; an empty text hides it. */
  showError(error: string): void {
    this.#update({ error });
  }

  /** Ends an edit of a deleted message, and marks a reply to it. */
  handleDeleted(id: number): void {
    this.#update(withDeletedTarget(this.state, id));
  }

  addTombstone(tombstone: Entry): void {
    const others = this.state.tombstones.filter(({ id }) => id !== tombstone.id);
    this.#update({ tombstones: [...others, tombstone] });
  }

  /** Keeps a refused message for a retry, returns a refused edit to the composer, and shows other errors. */
  handleFailure(failure: RoomEvents['failed']): void {
    const { frame, error } = failure;
    const failed = failedMessage(failure);
    if (failed) this.#update({ failed: [...this.state.failed, failed] });
    else if (frame.action === 'edit') {
      const { drafts } = texts();
      const isGone = error.code === 'MESSAGE_NOT_FOUND';
      const message = isGone ? drafts.editedMessageDeleted : drafts.editFailed(errorText(error));
      this.#update(withRecoveredText(this.state, frame.text, message));
    } else this.showError(errorText(error));
  }

  /** Deletes the draft when its user signs out. Cancels uploads. */
  close(): void {
    this.#closed = true;
    this.uploads?.close();
    this.state = emptyDraft;
  }

  #send(text: string, options: SendOptions): void {
    const { error } = this.#openRoom();
    const frame = { action: 'send', message: text, client_id: crypto.randomUUID(), ...options } as const;
    // The client emits no `failed` event for a room that refuses its user.
    if (error) this.handleFailure({ frame, error });
    else this.change((room) => room.send(text, options));
  }

  /** Keeps the room open until the action is done. */
  #withRoom<T>(action: (room: Room) => Promise<T>): Promise<T> {
    const room = this.#openRoom();
    return action(room).finally(keepRoomOpen(room));
  }

  #update(change: Partial<DraftState>): void {
    if (this.#closed) return;
    this.state = { ...this.state, ...change };
    for (const listener of [...this.#listeners]) listener();
    this.#onChange();
  }
}

/**
 * Returns a part of a draft's state, and renders the component again when it changes.
 * @param select returns the same value while its part is the same
 */
export const useDraft = <T>(draft: RoomDraft, select: (state: DraftState) => T): T =>
  useSyncExternalStore(draft.subscribe, () => select(draft.state));
