import { ChatClientError, unreachable } from './errors.ts';
import type { Rest } from './rest.ts';
import type { UploadOffer } from './wire.ts';

/** What a message says of its file: spread it into what is sent. */
export interface UploadedFile {
  readonly file: string;
  readonly type: 'file' | 'image';
}

/** Told while a file is on its way; both in bytes. */
export type ProgressListener = (sent: number, total: number) => void;

interface Uploading {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  readonly status: number;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
}

const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Uploading };

/** By XMLHttpRequest in a browser, since fetch tells nothing of what has gone out. */
function put(
  { url, headers }: UploadOffer['upload'],
  file: Blob,
  onProgress: ProgressListener,
): Promise<number> {
  return new Promise((resolve, reject) => {
    if (!XMLHttpRequest) {
      fetch(url, { method: 'PUT', headers, body: file }).then(({ status }) => resolve(status), reject);
      return;
    }
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
    request.onload = () => resolve(request.status);
    request.onerror = reject;
    request.open('PUT', url);
    for (const name in headers) request.setRequestHeader(name, headers[name] ?? '');
    request.send(file);
  });
}

/**
 * Announces a file in a room and sends its bytes to where the answer says.
 * @throws ChatClientError FILE_TOO_LARGE, NOT_A_MEMBER, UNREACHABLE
 */
export async function upload(
  rest: Rest,
  room: string,
  file: Blob,
  onProgress: ProgressListener,
): Promise<UploadedFile> {
  const name = (file as Partial<File>).name ?? 'file';
  const content_type = file.type || 'application/octet-stream';
  const asked = { name, content_type, size: file.size };
  const offer = await rest.json<UploadOffer>(`/chats/${encodeURIComponent(room)}/files/`, asked);
  const status = await put(offer.upload, file, onProgress).catch(() => {
    throw unreachable();
  });
  if (status >= 300)
    throw new ChatClientError('INTERNAL', `The upload was refused with ${status}: try again`);
  onProgress(file.size, file.size);
  return { file: offer.file_id, type: /^image\//.test(content_type) ? 'image' : 'file' };
}
