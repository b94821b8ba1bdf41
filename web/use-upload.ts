import { useEffect, useState } from 'preact/hooks';
import type { Room, Uploaded } from '../client/index.ts';

/** A file that was chosen, and how far it has come. */
export interface Attachment {
  readonly file: File;
  /** Shows a picture before it is sent; undefined for other files. */
  readonly preview: string | undefined;
  /** 0 to 1 while it is on its way. */
  readonly progress: number | undefined;
  readonly problem: string;
}

export interface Upload {
  readonly attachment: Attachment | undefined;
  choose(file: File): void;
  discard(): void;
  /** Resolves to what the message says of the file; to undefined where it could not be sent, which shows. */
  send(): Promise<Uploaded | undefined>;
}

const isPicture = ({ type }: File) => /^image\/(png|jpeg|gif|webp)$/.test(type);

/** What the chat takes under its own type; anything else goes as bytes, which are saved and not shown. */
const taken =
  /^(image\/(png|jpeg|gif|webp)|(audio|video)\/(mp4|webm|ogg)|audio\/mpeg|application\/(pdf|zip|json)|text\/(plain|csv))$/;

const asTaken = (file: File): File =>
  taken.test(file.type) ? file : new File([file], file.name, { type: 'application/octet-stream' });

/** One file on its way into a room. */
export function useUpload(room: Room): Upload {
  const [attachment, setAttachment] = useState<Attachment>();
  const preview = attachment?.preview;
  useEffect(() => () => void (preview && URL.revokeObjectURL(preview)), [preview]);
  const change = (change: Partial<Attachment>) =>
    setAttachment((before) => before && { ...before, ...change });

  return {
    attachment,
    choose: (file) =>
      setAttachment({
        file,
        preview: isPicture(file) ? URL.createObjectURL(file) : undefined,
        progress: undefined,
        problem: '',
      }),
    discard: () => setAttachment(undefined),
    async send() {
      if (!attachment) return undefined;
      change({ progress: 0, problem: '' });
      try {
        const onProgress = (sent: number, total: number) => change({ progress: sent / Math.max(total, 1) });
        const sent = await room.upload(asTaken(attachment.file), { onProgress });
        setAttachment(undefined);
        return sent;
      } catch (error) {
        change({ progress: undefined, problem: (error as Error).message });
        return undefined;
      }
    },
  };
}
