import type { Message } from '../../client/index.ts';

export const isPicture = ({ type }: { readonly type: string }): boolean =>
  /^image\/(png|jpeg|gif|webp)$/.test(type);

/** A stored file. */
export interface StoredFile {
  readonly name: string;
  readonly url: string;
}

/** Returns a message's file if it is a picture. */
export const pictureOf = ({
  file,
  file_url: url,
  file_type: type = '',
}: Pick<Message, 'file' | 'file_url' | 'file_type'>): StoredFile | undefined =>
  url !== undefined && isPicture({ type }) ? { name: file ?? '', url } : undefined;
