import * as v from 'valibot';
import type { Refused } from '../domain/event.ts';
import { type FileInput, fileInput, filePath, type MessageFile } from '../domain/file.ts';
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
