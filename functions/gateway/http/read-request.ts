import { validator } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { HttpError } from './http-error.ts';

interface Checked {
  readonly success: boolean;
  readonly error?: readonly { readonly path?: readonly unknown[] | undefined }[];
}

/** Names the field that is wrong, never what is in it. */
function checkFields(result: Checked): void {
  if (result.success) return;
  const [first] = result.error?.[0]?.path ?? [];
  const field = typeof first === 'object' && first !== null ? Reflect.get(first, 'key') : first;
  if (field === undefined) throw new HttpError('BAD_REQUEST');
  throw new HttpError(
    'BAD_REQUEST',
    `The field "${String(field)}" is missing or not what it should be: see /api/openapi.json`,
  );
}

/** Reads a JSON body. @throws HttpError BAD_REQUEST */
export const readJson = <S extends GenericSchema>(schema: S) => validator('json', schema, checkFields);

/** Reads the query string. @throws HttpError BAD_REQUEST */
export const readQuery = <S extends GenericSchema>(schema: S) => validator('query', schema, checkFields);
