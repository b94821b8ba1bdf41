import type { DialectName } from '../domain/connection.ts';
import { action } from './action.ts';
import type { Dialect } from './dialect.ts';

const dialects: Record<DialectName, Dialect> = { action };

/** The dialect of a connection that is open. */
export const dialectOf = (connection: { readonly dialect: DialectName }): Dialect =>
  dialects[connection.dialect];

/** The dialect that a handshake asks for by `?dialect=`; undefined where there is no such dialect. */
export function chooseDialect(asked: string | undefined): Dialect | undefined {
  return Object.values(dialects).find((dialect) => dialect.name === (asked ?? action.name));
}
