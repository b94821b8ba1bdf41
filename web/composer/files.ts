import type { ChatClientError } from '../../client/index.ts';

/** The content types that the server accepts. */
const acceptedType =
  /^(image\/(png|jpeg|gif|webp)|(audio|video)\/(mp4|webm|ogg)|audio\/mpeg|application\/(pdf|zip|json)|text\/(plain|csv))$/;

export const isPicture = ({ type }: { readonly type: string }): boolean =>
  /^image\/(png|jpeg|gif|webp)$/.test(type);

/** Returns the file with a content type that the server accepts: other types are sent as plain bytes. */
export const acceptedFile = (file: File): File =>
  acceptedType.test(file.type) ? file : new File([file], file.name, { type: 'application/octet-stream' });

/** Returns why a file can't be attached; an empty text if it can. */
export const fileError = ({ name, size }: File): string =>
  size === 0 ? `Could not attach “${name}”: the file is empty. Choose another file.` : '';

/** Returns why an upload failed, for the user. */
export function uploadError({ code, message, retryAfterMs }: ChatClientError): string {
  switch (code) {
    case 'UNREACHABLE':
      return "Could not send the file: you're offline. Try again when you're back online.";
    case 'RATE_LIMITED': {
      const seconds = Math.ceil((retryAfterMs ?? 5_000) / 1_000);
      return `Could not send the file: you're sending too fast. Try again in ${seconds} s.`;
    }
    case 'FILE_TYPE_NOT_ALLOWED':
      return 'Could not send the file: its type is not allowed. Choose another file.';
    // The server's message names the limit.
    case 'FILE_TOO_LARGE':
    case 'NOT_A_MEMBER':
    case 'MUTED':
      return message;
    default:
      return 'Could not send the file: something went wrong. Try again.';
  }
}
