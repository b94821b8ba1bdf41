import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A function's own temporary credentials, by which its calls are told from all others. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** New random credentials. AWS: an access key id that starts with ASIA is a temporary one. */
export function createCredentials(): Credentials {
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(48).toString('base64'),
  };
}

/** A function's session token as one of its execution environments has it: on AWS, too, each has its own. */
export const ofEnvironment = (sessionToken: string, environment: string): string =>
  `${sessionToken}.${environment}`;

/** The access key id of a request's Signature Version 4, or null when it is not signed. */
export function signerOf(headers: IncomingHttpHeaders): string | null {
  return /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? null;
}
