import type { ChatClientError, Room, SendOptions } from '../../client/index.ts';
import { type Attachment, type DraftState, isChosen, joinLines } from '../room/draft-state.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, pageError } from '../texts/texts.ts';
import { duration, fileSize } from '../ui/format.ts';
import type { DroppedFile } from './drops.ts';
import { isPicture } from './files.ts';

/** The largest number of files that can be sent together. */
const MAX_FILES = 10;

/** How many files upload at the same time. */
const MAX_UPLOADS = 3;

/** How many errors are shown when the user chooses files. */
const MAX_ERRORS = 3;

/** The content types that the server accepts. */
const acceptedType =
  /^(image\/(png|jpeg|gif|webp)|(audio|video)\/(mp4|webm|ogg)|audio\/mpeg|application\/(pdf|zip|json)|text\/(plain|csv))$/;

/** Returns the file with a content type that the server accepts: other types are sent as plain bytes. */
const acceptedFile = (file: File): File =>
  acceptedType.test(file.type) ? file : new File([file], file.name, { type: 'application/octet-stream' });

/** Returns why a file can't be attached; an empty text if it can. */
function fileError({ name, size }: File, maxBytes = Number.POSITIVE_INFINITY): string {
  if (size === 0) return laterTexts().files.empty(name);
  return size > maxBytes ? laterTexts().files.tooLarge(name, fileSize(maxBytes)) : '';
}

/** Returns why an upload failed, for the user. */
function uploadError(error: ChatClientError): string {
  const { files } = laterTexts();
  switch (error.code) {
    case 'UNREACHABLE':
      return files.offline;
    case 'RATE_LIMITED':
      return files.tooFast(duration((error.retryAfterMs ?? 5_000) / 1_000));
    case 'FILE_TYPE_NOT_ALLOWED':
      return files.typeNotAllowed;
    // The server's message names the limit.
    case 'FILE_TOO_LARGE':
    case 'FILE_BUDGET_USED':
    case 'NOT_A_MEMBER':
    case 'MUTED':
      return errorText(error);
    default:
      return files.failed;
  }
}

/** Whether another attempt at an upload may succeed. */
const isRetryable = ({ code }: ChatClientError): boolean =>
  code !== 'FILE_TOO_LARGE' && code !== 'FILE_TYPE_NOT_ALLOWED';

let lastId = 0;

const attachmentOf = (file: File): Attachment => ({
  id: ++lastId,
  file,
  preview: isPicture(file) ? URL.createObjectURL(file) : undefined,
  state: 'chosen',
  progress: 0,
  error: '',
  canRetry: true,
  isUnreachable: false,
  batch: 0,
  caption: '',
  target: undefined,
});

const dropPreview = ({ preview }: Attachment): void => {
  if (preview) URL.revokeObjectURL(preview);
};

/** What the uploads need of their draft. */
interface UploadsProps {
  readonly draft: { readonly state: DraftState };
  update(change: Partial<DraftState>): void;
  /** Sends a file's message. */
  send(text: string, target: Attachment['target'], options: SendOptions): void;
  withRoom<T>(action: (room: Room) => Promise<T>): Promise<T>;
}

/**
 * The files of a draft: those that the user has chosen, and those that are uploading. Each file is a message of its own.
 * The messages are sent in the order of the files, and the first one carries the text.
 */
export class Uploads {
  readonly #props: UploadsProps;
  /** Cancels the uploads that run, by the ids of their attachments. */
  readonly #running = new Map<number, AbortController>();

  constructor(props: UploadsProps) {
    this.#props = props;
  }

  /**
   * Adds files to the next message. Folders, and files that can't be sent, are left out with an error. An edit takes no
   * files.
   */
  add(files: Iterable<DroppedFile>, maxBytes: number | undefined, limit = MAX_FILES): void {
    if (this.#props.draft.state.target?.kind === 'edit') {
      this.#props.update({ error: laterTexts().files.notInEdit });
      return;
    }
    const errors: string[] = [];
    const attachments = [...this.#attachments];
    let left = limit - attachments.filter(isChosen).length;
    let tooMany = 0;
    for (const file of files) {
      if (!(file instanceof File)) {
        errors.push(laterTexts().files.folder(file.name));
        continue;
      }
      const error = fileError(file, maxBytes);
      if (error) errors.push(error);
      else if (left-- > 0) attachments.push(attachmentOf(file));
      else tooMany++;
    }
    if (tooMany > 0) errors.push(laterTexts().files.tooMany(tooMany, limit));
    this.#props.update({ attachments, error: errors.slice(0, MAX_ERRORS).join(' ') });
  }

  /**
   * Removes a file, and cancels its upload. Its text goes to the next file that was submitted with it, or back to the
   * message box.
   */
  remove(id: number): void {
    const { state } = this.#props.draft;
    const removed = state.attachments.find((each) => each.id === id);
    if (!removed) return;
    this.#running.get(id)?.abort();
    dropPreview(removed);
    const { batch, caption, target, mentions } = removed;
    const attachments = state.attachments.filter((each) => each !== removed);
    const next = attachments.findIndex((each) => !isChosen(each) && each.batch === batch);
    const heir = attachments[next];
    if (heir && (caption || target)) attachments[next] = { ...heir, caption, target, mentions };
    const text = heir ? state.text : joinLines(caption, state.text);
    this.#props.update({ attachments, text, target: state.target ?? (heir ? undefined : target) });
    this.#continue();
  }

  /** Repeats a failed upload. */
  retry(id: number): void {
    this.#change(id, { state: 'uploading', error: '', isUnreachable: false, progress: 0 });
    this.#continue();
  }

  /** Uploads the files again whose uploads failed because the chat was unreachable. */
  retryUnreachable(): void {
    for (const { id, isUnreachable } of this.#attachments) if (isUnreachable) this.retry(id);
  }

  /** Sends the chosen files. The first one gets the text with its mentions, and the reply target of the draft. */
  submit(mentions: SendOptions['mentions']): void {
    const { text, target } = this.#props.draft.state;
    const [first] = this.#attachments.filter(isChosen);
    if (!first) return;
    const attachments = this.#attachments.map((each): Attachment => {
      if (!isChosen(each)) return each;
      return {
        ...each,
        ...(each === first && { caption: text, target, mentions }),
        batch: first.id,
        state: 'uploading',
      };
    });
    this.#props.update({ attachments, text: '', target: undefined, error: '' });
    this.#continue();
  }

  /** Cancels all uploads. */
  close(): void {
    this.#attachments.forEach(dropPreview);
    for (const upload of this.#running.values()) upload.abort();
  }

  get #attachments(): readonly Attachment[] {
    return this.#props.draft.state.attachments;
  }

  #change(id: number, change: Partial<Attachment>): void {
    const attachments = this.#attachments.map((each) => (each.id === id ? { ...each, ...change } : each));
    this.#props.update({ attachments });
  }

  /** Sends the files that are uploaded, in order, and starts further uploads. */
  #continue(): void {
    for (const attachment of this.#attachments) {
      const { state, uploaded, caption, target, mentions } = attachment;
      if (state !== 'uploading') continue;
      if (!uploaded) break;
      dropPreview(attachment);
      this.#props.update({ attachments: this.#attachments.filter(({ id }) => id !== attachment.id) });
      this.#props.send(caption, target, { ...uploaded, ...(mentions && { mentions }) });
    }
    for (const attachment of this.#attachments) {
      const { id, state, uploaded } = attachment;
      const isWaiting = state === 'uploading' && !uploaded && !this.#running.has(id);
      if (isWaiting && this.#running.size < MAX_UPLOADS) void this.#upload(attachment);
    }
  }

  async #upload({ id, file }: Attachment): Promise<void> {
    const upload = new AbortController();
    const { signal } = upload;
    const change = (attachment: Partial<Attachment>) => {
      if (!signal.aborted) this.#change(id, attachment);
    };
    this.#running.set(id, upload);
    try {
      const onProgress = (sent: number, total: number) => change({ progress: sent / Math.max(total, 1) });
      const uploaded = await this.#props.withRoom(async (room) => {
        // The limit may have been unknown when the user chose the file.
        const error = fileError(file, room.info?.max_file_bytes);
        if (error) throw pageError('FILE_TOO_LARGE', error);
        return room.upload(acceptedFile(file), { onProgress, signal });
      });
      change({ uploaded, progress: 1 });
    } catch (error) {
      const failure = error as ChatClientError;
      change({
        state: 'failed',
        error: uploadError(failure),
        canRetry: isRetryable(failure),
        isUnreachable: failure.code === 'UNREACHABLE',
      });
    }
    this.#running.delete(id);
    this.#continue();
  }
}
