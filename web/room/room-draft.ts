import type { ChatClient, ChatClientError, Room, RoomEvents, SendOptions } from '../../client/index.ts';
import { holdRoom } from '../../client/react/index.ts';
import { asTaken, flawOf, isPicture, uploadProblem } from '../composer/files.ts';
import type { Entry, Failed } from '../timeline/entry.ts';
import {
  type Aim,
  bereft,
  emptyHands,
  type InHand,
  isReady,
  isUploading,
  notUploaded,
  rescued,
  writtenIn,
} from './draft.ts';

const nothing = () => {};

const answering = (aim: Aim | undefined): SendOptions =>
  aim?.entry.id === undefined || aim.gone ? {} : { reply_to: aim.entry.id };

/** A message that was refused. What it answers may be what is gone: then it goes out as one of its own. */
function failedOf({ frame, error }: RoomEvents['failed']): Failed | undefined {
  if (frame.action !== 'send') return undefined;
  const { action: _action, message: text, client_id = '', room_id: _room, reply_to, ...rest } = frame;
  const orphan = error.code === 'MESSAGE_NOT_FOUND' && reply_to !== undefined;
  const options = { ...rest, ...(reply_to !== undefined && !orphan && { reply_to }) } as SendOptions;
  const problem = orphan ? 'What it answers was deleted.' : error.message;
  return { clientId: client_id, text, options, problem, at: new Date().toISOString() };
}

/**
 * What somebody has in hand in one room, and what they do there. It stays while they look at another room, and so does
 * a file that is on its way.
 */
export class Desk {
  /** Another object after each change. */
  now = emptyHands;
  readonly #client: ChatClient;
  readonly #room: string;
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(client: ChatClient, room: string) {
    this.#client = client;
    this.#room = room;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** What the field holds now. */
  write(text: string): void {
    this.#change(this.now.aim?.kind === 'edit' ? { edited: text } : { text });
  }

  aimAt(aim: Aim | undefined): void {
    this.#change({ aim, edited: undefined });
  }

  choose(file: File): void {
    if (isUploading(this.now)) return;
    this.#dropFile();
    const problem = flawOf(file);
    if (problem) {
      this.tell(problem);
      return;
    }
    const preview = isPicture(file) ? URL.createObjectURL(file) : undefined;
    this.#change({ attachment: { file, preview, progress: undefined, problem: '', words: '' }, problem: '' });
  }

  discardFile(): void {
    if (!isUploading(this.now)) this.#dropFile();
  }

  /** Sends what is in hand, or gives an old message its other text. */
  submit(): void {
    if (!isReady(this.now)) return;
    const { aim, attachment, text } = this.now;
    const written = writtenIn(this.now);
    this.#change({
      aim: undefined,
      edited: undefined,
      problem: '',
      ...(aim?.kind !== 'edit' && { text: '' }),
    });
    if (aim?.kind === 'edit') this.#edit(aim, written);
    else if (attachment?.progress === undefined && attachment) void this.#upload(attachment.file, text, aim);
    else this.#say(written, answering(aim));
  }

  remove(id: number): void {
    this.#do((room) => room.delete(id));
  }

  react(id: number, emoji: string, remove: boolean): void {
    this.#do((room) => room.react(id, emoji, { remove }));
  }

  retry(key: string): void {
    const again = this.now.failed.find(({ clientId }) => clientId === key);
    this.discard(key);
    if (again) this.#say(again.text, again.options);
  }

  discard(key: string): void {
    this.#change({ failed: this.now.failed.filter(({ clientId }) => clientId !== key) });
  }

  /** Tells of something that went wrong; an empty text takes it back. */
  tell(problem: string): void {
    this.#change({ problem });
  }

  /** Somebody deleted a message. */
  gone(id: number): void {
    this.#change(bereft(this.now, id));
  }

  /** Where a message stood, it says so. */
  bury(grave: Entry): void {
    this.#change({ graves: [...this.now.graves.filter(({ id }) => id !== grave.id), grave] });
  }

  /** Something that was done here was refused. */
  failed(refusal: RoomEvents['failed']): void {
    const { frame, error } = refusal;
    const failed = failedOf(refusal);
    if (failed) this.#change({ failed: [...this.now.failed, failed] });
    else if (frame.action === 'edit') {
      const isGone = error.code === 'MESSAGE_NOT_FOUND';
      const why = isGone ? 'The message was deleted before your edit came.' : `Not edited. ${error.message}.`;
      this.#change(rescued(this.now, frame.text, why));
    } else this.tell(error.message);
  }

  /** Whoever was here has gone: nothing of theirs is sent or kept any more. */
  close(): void {
    this.#closed = true;
    this.#dropFile();
    this.now = emptyHands;
  }

  #edit({ entry: { id, text } }: Aim, written: string): void {
    if (id !== undefined && written !== text) this.#do((room) => room.edit(id, written));
  }

  async #upload(file: File, words: string, aim: Aim | undefined): Promise<void> {
    const progress = (share: number) =>
      this.#change({
        attachment: this.now.attachment && { ...this.now.attachment, progress: share, words, problem: '' },
      });
    progress(0);
    try {
      const onProgress = (sent: number, total: number) => progress(sent / Math.max(total, 1));
      const uploaded = await this.#open((room) => room.upload(asTaken(file), { onProgress }));
      if (this.#closed) return;
      this.#dropFile();
      this.#say(words, { ...answering(aim), ...uploaded });
    } catch (error) {
      this.#change(notUploaded(this.now, aim, uploadProblem(error as ChatClientError)));
    }
  }

  #say(text: string, options: SendOptions): void {
    const { error } = this.#client.room(this.#room);
    const frame = { action: 'send', message: text, client_id: crypto.randomUUID(), ...options } as const;
    // A room that does not take one any more tells of no refusal.
    if (error) this.failed({ frame, error });
    else this.#do((room) => room.send(text, options));
  }

  /** What is refused is told of by the client, for rooms that are shown no more, too. */
  #do(deed: (room: Room) => Promise<unknown>): void {
    this.#open(deed).catch(nothing);
  }

  /** The room stays open until it is done. */
  #open<T>(deed: (room: Room) => Promise<T>): Promise<T> {
    const room = this.#client.room(this.#room);
    return deed(room).finally(holdRoom(room));
  }

  #dropFile(): void {
    const { preview } = this.now.attachment ?? {};
    if (preview) URL.revokeObjectURL(preview);
    this.#change({ attachment: undefined });
  }

  #change(change: Partial<InHand>): void {
    if (this.#closed) return;
    this.now = { ...this.now, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
