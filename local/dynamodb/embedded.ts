import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { isObject } from '../object.ts';
import { type Database, type DatabaseReply, type DatabaseRequest, databaseError } from './database.ts';
import { ValueStream } from './value-stream.ts';

type Action = (store: Store, input: object, done: (error: unknown, output?: unknown) => void) => void;

interface Operation {
  readonly run: Action;
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom: unknown;
}

/** What dynalite has. No transactions, no PartiQL, no streams, no TTL sweep. */
const names = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
];

/**
 * Opens dynalite in this process, kept in `directory` or (null) in memory. Its parts are called directly:
 * its server would parse and copy each request once more. Rejects if another process has the directory.
 */
export async function openEmbedded(directory: string | null): Promise<Database> {
  if (directory !== null) mkdirSync(directory, { recursive: true });
  const store = create({ createTableMs: 0, ...(directory === null ? {} : { path: directory }) });
  try {
    await store.db.open();
  } catch (error) {
    throw openError(error, directory);
  }
  tune(store);
  const operations = loadOperations();
  const running = new Set<Promise<DatabaseReply>>();
  return {
    send(request) {
      const operation = operations.get(request.operation);
      if (operation === undefined) {
        const message = `${request.operation} is not supported by the embedded DynamoDB`;
        return Promise.resolve(databaseError('UnknownOperationException', message));
      }
      const reply = run(store, operation, request).finally(() => running.delete(reply));
      running.add(reply);
      return reply;
    },
    async close() {
      await Promise.allSettled(running);
      await store.lifecycleManager.gracefulClose();
    },
  };
}

function run(
  store: Store,
  operation: Operation,
  { operation: name, input }: DatabaseRequest,
): Promise<DatabaseReply> {
  // dynalite drops what it does not know; a caller that counts on it must not be left to wonder.
  const unknown = Object.keys(input).find((key) => !(key in operation.types));
  if (unknown !== undefined) {
    const message = `${unknown} of ${name} is not supported by the embedded DynamoDB`;
    return Promise.resolve(databaseError('ValidationException', message));
  }
  return new Promise((resolve, reject) => {
    try {
      const checked = checkTypes(input, operation.types);
      checkValidations(checked, operation.types, operation.custom, store);
      operation.run(store, checked, (error, output) => {
        if (error === null || error === undefined) resolve({ status: 200, body: JSON.stringify(output) });
        else settleError(error, resolve, reject);
      });
    } catch (error) {
      settleError(error, resolve, reject);
    }
  });
}

/** dynalite throws and calls back errors that carry the answer; any other is its own failure. */
function settleError(
  error: unknown,
  resolve: (reply: DatabaseReply) => void,
  reject: (error: unknown) => void,
): void {
  if (error instanceof Error && 'body' in error && 'statusCode' in error) {
    resolve({ status: Number(error.statusCode), body: JSON.stringify(error.body) });
  } else {
    reject(error);
  }
}

/** Reads on this thread, since a hop to LevelDB's thread pool takes seven times as long as the read. */
function tune({ db }: Store): void {
  db.createValueStream = (options) => new ValueStream(db.values(options));
  db.get = (key, callback) => {
    let value: unknown;
    try {
      value = db.getSync(key);
    } catch (error) {
      queueMicrotask(() => callback(error instanceof Error ? error : new Error(String(error))));
      return;
    }
    queueMicrotask(() => callback(null, value));
  };
}

function loadOperations(): ReadonlyMap<string, Operation> {
  const require = createRequire(import.meta.url);
  return new Map(
    names.map((name) => {
      const file = name.charAt(0).toLowerCase() + name.slice(1);
      const run: Action = require(`dynalite/actions/${file}`);
      const { types, custom } = require(`dynalite/validations/${file}`);
      return [name, { run, types, custom }];
    }),
  );
}

function openError(error: unknown, directory: string | null): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  const locked = isObject(cause) || cause instanceof Error ? 'code' in cause && cause.code : undefined;
  if (locked === 'LEVEL_LOCKED') {
    return new Error(
      `DynamoDB did not start: another stack uses ${directory}; stop it or choose another --data directory`,
      { cause: error },
    );
  }
  const why = cause instanceof Error ? cause.message : String(error);
  return new Error(`DynamoDB did not start: ${directory} does not open (${why}); delete it to start anew`, {
    cause: error,
  });
}
