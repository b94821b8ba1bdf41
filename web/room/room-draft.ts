import { useSyncExternalStore } from 'preact/compat';
import type { ChatClient, ChatClientError, Room, RoomEvents, SendOptions } from '../../client/index.ts';
import { keepRoomOpen } from '../../client/react/index.ts';
import { acceptedFile, fileError, isPicture, uploadError } from '../composer/files.ts';
import type { Entry, FailedMessage } from '../timeline/entry.ts';
import {
  type ComposeTarget,
  canSubmit,
  composerText,
  type DraftState,
  emptyDraft,
  isUploading,
  withDeletedTarget,
  withFailedUpload,
  withRecoveredText,
} from './draft-state.ts';

const replyOptions = (target: ComposeTarget | undefined): SendOptions =>
  target?.entry.id === undefined || target.deleted ? {} : { reply_to: target.entry.id };

/** Returns a refused message as the timeline shows it. Drops the reply if its target is gone, so that a retry works. */
function failedMessage({ frame, error }: RoomEvents['failed']): FailedMessage | undefined {
  if (frame.action !== 'send') return undefined;
  const { action: _action, message: text, client_id = '', room_id: _room, reply_to, ...rest } = frame;
  const isTargetGone = error.code === 'REPLY_NOT_FOUND';
  const options = { ...rest, ...(reply_to !== undefined && !isTargetGone && { reply_to }) } as SendOptions;
  const problem = isTargetGone ? 'The message you replied to was deleted.' : error.message;
  return { clientId: client_id, text, options, error: problem, at: new Date().toISOString() };
}

/**
 * A user's unsent input in one room, and the changes that they make there. It outlives the room's components, so that
 * uploads continue and drafts stay while the user looks at another room.
 */
export class RoomDraft {
  /** Each change replaces this object. */
  state = emptyDraft;
  readonly #openRoom: () => Room;
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(openRoom: () => Room) {
    this.#openRoom = openRoom;
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

  attach(file: File): void {
    if (isUploading(this.state)) return;
    this.#dropFile();
    const error = fileError(file);
    if (error) {
      this.showError(error);
      return;
    }
    const preview = isPicture(file) ? URL.createObjectURL(file) : undefined;
    this.#update({ attachment: { file, preview, progress: undefined, error: '', caption: '' }, error: '' });
  }

  removeAttachment(): void {
    if (!isUploading(this.state)) this.#dropFile();
  }

  /** Sends the message with its attachment, or saves the edit. */
  submit(): void {
    if (!canSubmit(this.state)) return;
    const { target, attachment, text } = this.state;
    const shown = composerText(this.state);
    const isEdit = target?.kind === 'edit';
    this.#update({ target: undefined, editedText: undefined, error: '', ...(!isEdit && { text: '' }) });
    if (isEdit) {
      const { id, text: before } = target.entry;
      if (id !== undefined && shown !== before) this.change((room) => room.edit(id, shown));
    } else if (attachment && attachment.progress === undefined) {
      void this.#upload(attachment.file, text, target);
    } else this.#send(shown, replyOptions(target));
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
      const isGone = error.code === 'MESSAGE_NOT_FOUND';
      const message = `Could not save your edit: ${isGone ? 'the message was deleted' : error.message}`;
      this.#update(withRecoveredText(this.state, frame.text, message));
    } else this.showError(error.message);
  }

  /** Deletes the draft when its user signs out. A file that is still uploading is not sent. */
  close(): void {
    this.#closed = true;
    this.#dropFile();
    this.state = emptyDraft;
  }

  async #upload(file: File, caption: string, target: ComposeTarget | undefined): Promise<void> {
    const setProgress = (progress: number) => {
      const { attachment } = this.state;
      this.#update({ attachment: attachment && { ...attachment, progress, caption, error: '' } });
    };
    setProgress(0);
    try {
      const onProgress = (sent: number, total: number) => setProgress(sent / Math.max(total, 1));
      const uploaded = await this.#withRoom((room) => room.upload(acceptedFile(file), { onProgress }));
      if (this.#closed) return;
      this.#dropFile();
      this.#send(caption, { ...replyOptions(target), ...uploaded });
    } catch (error) {
      this.#update(withFailedUpload(this.state, target, uploadError(error as ChatClientError)));
    }
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

  #dropFile(): void {
    const { preview } = this.state.attachment ?? {};
    if (preview) URL.revokeObjectURL(preview);
    this.#update({ attachment: undefined });
  }

  #update(change: Partial<DraftState>): void {
    if (this.#closed) return;
    this.state = { ...this.state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The drafts of all rooms, from signing in to signing out. */
export class RoomDrafts {
  readonly #client: ChatClient;
  readonly #drafts = new Map<string, RoomDraft>();
  readonly #stop: () => void;

  constructor(client: ChatClient) {
    this.#client = client;
    this.#stop = client.on('failed', ({ room_id, ...failure }) =>
      this.of(String(room_id)).handleFailure(failure),
    );
  }

  of(room: string): RoomDraft {
    const draft = this.#drafts.get(room) ?? new RoomDraft(() => this.#client.room(room));
    this.#drafts.set(room, draft);
    return draft;
  }

  /** Returns the number of failed messages and of messages that wait for their upload. */
  get unsent(): number {
    const counts = [...this.#drafts.values()].map(
      ({ state }) => state.failed.length + Number(isUploading(state)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    this.#stop();
    for (const draft of this.#drafts.values()) draft.close();
  }
}

/** Returns a draft's state, and renders the component again when it changes. */
export const useDraft = (draft: RoomDraft): DraftState =>
  useSyncExternalStore(draft.subscribe, () => draft.state);
