import type { ServerResponse } from 'node:http';

/** A refusal in S3's words. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const s3Error = (status: number, code: string, message: string): S3Error => ({
  status,
  code,
  message,
});

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => signs[sign] ?? sign);

/** Answers with S3's XML; an answer to HEAD has no body, and so no code either. */
export function refuse(response: ServerResponse, { status, code, message }: S3Error, head = false): void {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escaped(code)}</Code>` +
    `<Message>${escaped(message)}</Message></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(head ? undefined : body);
}
