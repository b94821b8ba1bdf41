import { dialectOf } from '../dialects/registry.ts';
import type { Connection } from '../domain/connection.ts';

/** Whether a connection's contract has it sent the newest messages when it opens. */
export const wantsHistory = (connection: Pick<Connection, 'dialect'>): boolean =>
  dialectOf(connection).bringsHistory;
