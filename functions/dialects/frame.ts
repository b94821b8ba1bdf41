import * as v from 'valibot';
import { type CustomData, isCustomData } from '../domain/custom-data.ts';
import type { Refused } from '../domain/event.ts';
import { type FileInput, MAX_FILE_NAME, type MessageFile, parseFileInput } from '../domain/file.ts';
import { isId, MAX_USER_ID_BYTES } from '../domain/id.ts';
import { nameOf, type User } from '../domain/member.ts';
import { MAX_MENTIONS } from '../domain/message.ts';
import { MAX_ROOM_ID_BYTES } from '../domain/room.ts';
import { FrameError } from './dialect.ts';
import { describeFault, faultOf } from './field-faults.ts';

/** Parses a frame. @param reason the contract's message for a frame that is not a JSON object */
export function parseFrame(
  body: string,
  reason = 'Frame not read: it is not a JSON object. Send one JSON object.',
): object {
  let frame: unknown;
  try {
    frame = JSON.parse(body);
  } catch {
    throw new FrameError('BAD_FRAME', reason);
  }
  if (typeof frame === 'object' && frame !== null && !Array.isArray(frame)) return frame;
  throw new FrameError('BAD_FRAME', reason);
}

/** Returns a field of a frame, without the properties of its prototype. */
export const fieldOf = (frame: object, name: string): unknown =>
  Object.hasOwn(frame, name) ? Reflect.get(frame, name) : undefined;

/** Returns the client id of a frame whose other fields may be invalid; undefined if the id itself is invalid. */
export function clientIdOf(frame: object): string | undefined {
  const id = fieldOf(frame, 'client_id');
  return v.is(clientId, id) ? id : undefined;
}

/** Validates a frame. @throws FrameError BAD_FRAME that names the wrong field, and says its right form */
export function fieldsOf<S extends v.GenericSchema>(schema: S, frame: object): v.InferOutput<S> {
  const result = v.safeParse(schema, frame, { abortEarly: true, message: faultOf });
  if (result.success) return result.output;
  const fault = describeFault(result.issues, 'field', 'it');
  throw new FrameError(
    'BAD_FRAME',
    `Frame not read: ${fault}. See the protocol for its fields.`,
    clientIdOf(frame),
  );
}

/** Returns an id as the contracts S0, S1 and S2 send it: as a JSON number if it is a canonical decimal integer. */
export const wireId = (id: string): string | number =>
  /^(0|[1-9]\d*)$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** Returns the file field of a command, from a frame with a file's content or the id of an upload. Empty without one. */
export const attached = (fields: {
  readonly file?: string | null | undefined;
  readonly file_name?: string | undefined;
}): { file?: FileInput } => (fields.file ? { file: parseFileInput(fields.file, fields.file_name) } : {});

/** Returns the fields for the name and picture of a message's author. */
export const wireAuthor = (author: User) => ({
  sender_name: nameOf(author),
  ...(author.avatarUrl !== undefined && { sender_avatar: author.avatarUrl }),
});

/** Returns the path at which members download a file, with the session cookie or a bearer token. */
export const filePath = (room: string, file: Pick<MessageFile, 'id'>): string =>
  `/api/chats/${encodeURIComponent(room)}/files/${file.id}/`;

/** Returns the fields that describe a message's file. */
export const wireFile = (room: string, file: MessageFile) => ({
  file: file.name,
  file_url: filePath(room, file),
  file_type: file.contentType,
  file_size: file.size,
});

/** Returns the fields of a refusal besides its code and message. */
export const refusedFields = ({ clientId, retryAfterMs }: Refused) => ({
  ...(clientId !== undefined && { client_id: clientId }),
  ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
});

// Schemas for the fields of incoming frames.

/** API Gateway accepts messages of at most 128 KB. REST requests get the same limit for each text. */
export const MAX_STRING = 128 * 1024;

/** The text of a message. The commands have a lower limit, which depends on its code points. */
export const text = v.pipe(v.string(), v.maxLength(MAX_STRING));

/** The content of a file in base64, or the id of an uploaded one. */
export const file = v.pipe(v.string(), v.maxLength(MAX_STRING));

export const fileName = v.pipe(v.string(), v.maxLength(MAX_FILE_NAME));

/** A whole number from 1, as a number or as a numeric string. */
const positive = (form: string) =>
  v.union(
    [
      v.pipe(v.number(), v.safeInteger(form), v.minValue(1, form)),
      v.pipe(
        v.string(),
        v.maxLength(16, form),
        v.regex(/^[1-9]\d{0,15}$/, form),
        v.transform(Number),
        v.safeInteger(form),
      ),
    ],
    form,
  );

export const messageId = positive('must be the id of a message: a whole number from 1');

const logNumberForm = 'must be a sequence number: a whole number from 0';

/** A sequence number, or 0 for the start of the log. */
export const logNumber = v.union(
  [v.literal(0), v.pipe(v.literal('0'), v.transform(Number)), positive(logNumberForm)],
  logNumberForm,
);

/** Rejects lone surrogates. UTF-8 replaces them, which would make different ids equal. */
const wellFormed = v.check<string, string>((text) => text.isWellFormed(), 'must not have lone surrogates');

/**
 * An id as a string or a number. Numbers that are not safe integers are rejected, because `JSON.parse` makes different
 * ones equal.
 */
const idOf = (what: string, maxBytes: number) => {
  const form = `must be the id of a ${what}: 1 to ${maxBytes} bytes, without control characters, not "." or ".."`;
  return v.union(
    [
      v.pipe(
        v.string(),
        v.nonEmpty(form),
        v.maxLength(maxBytes, form),
        v.check((text) => isId(text, maxBytes), form),
      ),
      v.pipe(v.number(), v.safeInteger(form), v.transform(String)),
    ],
    form,
  );
};

/** The id of a user, as a string or a number. */
export const userId = idOf('user', MAX_USER_ID_BYTES);

/** The ids of the users whom a message mentions, each once. */
export const mentions = v.pipe(
  v.array(userId),
  v.maxLength(MAX_MENTIONS),
  v.transform((ids) => [...new Set(ids)]),
);

/** The id of a room, as a string or a number. The id of an inbox passes too, and is answered as an unknown room. */
export const roomId = idOf('room', MAX_ROOM_ID_BYTES);

/** Custom data of the team. Not a `record`, which would drop keys such as `constructor`. */
export const customData = v.pipe(
  v.custom<CustomData>(
    isCustomData,
    'must be a JSON object of at most 2,048 bytes, nested at most 16 levels deep, without NUL characters and lone surrogates',
  ),
  v.metadata({ type: 'object' }),
);

/** An idempotency key. */
export const clientId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128), wellFormed);
