import * as v from 'valibot';
import type { Refused } from '../domain/event.ts';
import { type FileInput, fileInput, type MessageFile } from '../domain/file.ts';
import { FrameError } from './dialect.ts';

/** How a contract words that a frame is no JSON object. */
export function parseFrame(
  body: string,
  reason = 'The frame is no JSON object: send one JSON object',
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

/** A frame's own field; what its prototype has is none of it. */
export const fieldOf = (frame: object, name: string): unknown =>
  Object.hasOwn(frame, name) ? Reflect.get(frame, name) : undefined;

/** The client's own id for a frame, where it has one that can be told back. */
export function clientIdOf(frame: object): string | undefined {
  const id = fieldOf(frame, 'client_id');
  return typeof id === 'string' && id.length <= 128 ? id : undefined;
}

/** @throws FrameError BAD_FRAME, naming the field that is wrong */
export function fieldsOf<S extends v.GenericSchema>(schema: S, frame: object): v.InferOutput<S> {
  const result = v.safeParse(schema, frame, { abortEarly: true });
  if (result.success) return result.output;
  const field = String(result.issues[0].path?.[0]?.key);
  const fault = Object.hasOwn(frame, field) ? 'is not what it should be' : 'is missing';
  throw new FrameError('BAD_FRAME', `The field "${field}" ${fault}: see the protocol`, clientIdOf(frame));
}

/** Ids go out as JSON numbers where they are canonical decimal integers, as S0, S1 and S2 show them. */
export const wireId = (id: string): string | number =>
  /^(0|[1-9]\d*)$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** A frame's file: the id of one that was uploaded, or its content. */
export const attached = (fields: {
  readonly file?: string | null | undefined;
  readonly file_name?: string | undefined;
}): { file?: FileInput } => (fields.file ? { file: fileInput(fields.file, fields.file_name) } : {});

/** Where members read a file, under the name that clients are given: with the session's cookie, or a bearer token. */
export const filePath = (room: string, file: Pick<MessageFile, 'id'>): string =>
  `/api/chats/${encodeURIComponent(room)}/files/${file.id}/`;

/** How a message's file is told: its name, and where members read it. */
export const wireFile = (room: string, file: MessageFile) => ({
  file: file.name,
  file_url: filePath(room, file),
  file_type: file.contentType,
  file_size: file.size,
});

/** What a refusal tells beside its code and sentence. */
export const refusedFields = ({ clientId, retryAfterMs }: Refused) => ({
  ...(clientId !== undefined && { client_id: clientId }),
  ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
});

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const numeric = v.pipe(v.string(), v.regex(/^[1-9]\d{0,15}$/), v.transform(Number), v.safeInteger());

/** A message's id comes as a number or as a numeric string; both are the same message. */
export const messageId = v.union([number, numeric]);

/** A number of a room's log; 0 stands before the first. */
export const logNumber = v.union([v.literal(0), v.pipe(v.literal('0'), v.transform(Number)), messageId]);

/** Half a character would be stored as another one, and two ids would become the same. */
const wellFormed = v.check<string>((text) => text.isWellFormed());

const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(256), wellFormed);

/** The id of a room or of a user: strings inside, numbers are taken too. */
export const id = v.union([name, v.pipe(v.number(), v.safeInteger(), v.transform(String))]);

/** What a client calls a change of its own, so that a repeat is known. */
export const clientId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128), wellFormed);
