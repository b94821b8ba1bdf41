import type { Operation } from '../../functions/aws/dynamodb.ts';
import type { Database, Key, Table } from '../../functions/store/database.ts';

const operations: Readonly<Record<string, Operation>> = {
  get: 'GetItem',
  put: 'PutItem',
  update: 'UpdateItem',
  remove: 'DeleteItem',
  query: 'Query',
  batchGet: 'BatchGetItem',
};

/** Returns a database that runs `before` ahead of each call. Where `before` throws, the call fails. */
export function intercepted(
  db: Database,
  before: (operation: Operation, key: Key) => Promise<void> | void,
): Database {
  const wrap = (table: Table): Table =>
    new Proxy(table, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        const operation = operations[String(name)];
        if (!operation || typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          await before(operation, given[0] as Key);
          return value.apply(target, given);
        };
      },
    });
  return { chat: wrap(db.chat), connections: wrap(db.connections) };
}

/**
 * Returns a database that counts round trips: concurrent calls are one. Each call takes a turn of the event loop, like
 * a call over a network, so that sequential calls differ from concurrent ones.
 */
export function countWaves(db: Database): { readonly db: Database; readonly calls: Operation[][] } {
  const calls: Operation[][] = [];
  let open = 0;
  const counted = intercepted(db, async (operation) => {
    if (open === 0) calls.push([]);
    calls.at(-1)?.push(operation);
    open++;
    await new Promise((resume) => setImmediate(resume));
    open--;
  });
  return { db: counted, calls };
}
