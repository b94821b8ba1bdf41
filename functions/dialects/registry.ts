import type { DialectName } from '../domain/connection.ts';
import { action } from './action/decode.ts';
import { content } from './content/content.ts';
import type { Dialect } from './dialect.ts';
import { operation } from './operation/operation.ts';
import { type } from './type/type.ts';

const dialects: Record<DialectName, Dialect> = { action, content, type, operation };

/** Returns the dialect of a connection. */
export const dialectOf = (connection: { readonly dialect: DialectName }): Dialect =>
  dialects[connection.dialect];
