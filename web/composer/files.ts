import type { ChatClientError } from '../../client/index.ts';

/** What the chat takes under its own type; anything else goes as bytes, which are saved and not shown. */
const taken =
  /^(image\/(png|jpeg|gif|webp)|(audio|video)\/(mp4|webm|ogg)|audio\/mpeg|application\/(pdf|zip|json)|text\/(plain|csv))$/;

export const isPicture = ({ type }: File): boolean => /^image\/(png|jpeg|gif|webp)$/.test(type);

/** A file as the chat takes it. */
export const asTaken = (file: File): File =>
  taken.test(file.type) ? file : new File([file], file.name, { type: 'application/octet-stream' });

/** Why a file cannot be sent, as far as one can tell by looking at it; empty where it can. */
export const flawOf = ({ name, size }: File): string =>
  size === 0 ? `“${name}” is empty: there is nothing in it to send.` : '';

/** Why a file was not sent, for people. */
export function uploadProblem({ code, message, retryAfterMs }: ChatClientError): string {
  switch (code) {
    case 'FILE_TOO_LARGE': {
      const [, most] = /at most ([\d.,]+ MB)/.exec(message) ?? [];
      return `The file is too large${most ? `: at most ${most} can be sent` : ''}. Choose a smaller one.`;
    }
    case 'UNREACHABLE':
      return 'The network is away: the file was not sent. Send it again when you are back.';
    case 'RATE_LIMITED':
      return `Too much at once: wait ${Math.ceil((retryAfterMs ?? 5_000) / 1_000)} seconds, and send it again.`;
    case 'BAD_FRAME':
    case 'BAD_REQUEST':
      return 'The chat does not take a file like this one. Try another kind.';
    case 'NOT_A_MEMBER':
    case 'MUTED':
      return message;
    default:
      return 'The file could not be sent. Send it again.';
  }
}
