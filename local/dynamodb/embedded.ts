import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { create, type LevelValues, type Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { isObject, property } from '../object.ts';
import { checkingStore, checkParsedRequest, checkRequest, patchDynalite } from './checks.ts';
import { type Database, type DatabaseReply, type DatabaseRequest, databaseError } from './database.ts';
import { parseOnce } from './parsed-expressions.ts';

type Action = (store: Store, input: object, done: (error: unknown, output?: unknown) => void) => void;

interface Operation {
  readonly run: Action;
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom: unknown;
}

/** The operations of dynalite. dynalite has no transactions, no PartiQL, no streams and no TTL. */
const operationNames = [
  ...['CreateTable', 'UpdateTable', 'DeleteTable', 'DescribeTable', 'ListTables', 'DescribeTimeToLive'],
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
];

const parserNames = ['conditionParser', 'updateParser', 'projectionParser'];

/**
 * Opens dynalite in this process, stored in `directory` or (null) in memory. Calls its modules directly, because its
 * server would parse and copy each request again.
 * @throws if another process uses the directory
 */
export async function openEmbedded(directory: string | null): Promise<Database> {
  if (directory !== null) mkdirSync(directory, { recursive: true });
  const store = create({ createTableMs: 0, ...(directory === null ? {} : { path: directory }) });
  try {
    await store.db.open();
  } catch (error) {
    throw openError(error, directory);
  }
  readSynchronously(store);
  patchDynalite();
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
  // dynalite ignores unknown parameters. Answer with an error instead, because the caller may rely on the parameter.
  const unknown = Object.keys(input).find((key) => !(key in operation.types));
  if (unknown !== undefined) {
    const message = `${unknown} of ${name} is not supported by the embedded DynamoDB`;
    return Promise.resolve(databaseError('ValidationException', message));
  }
  return new Promise((resolve, reject) => {
    // dynalite throws its error responses, or passes them to the callback. Other errors are bugs.
    const fail = (error: unknown): void => {
      if (error instanceof Error && 'body' in error && 'statusCode' in error) {
        resolve({ status: Number(error.statusCode), body: JSON.stringify(error.body) });
      } else {
        reject(error);
      }
    };
    try {
      const checked = checkTypes(input, operation.types);
      checkRequest(name, checked);
      checkValidations(checked, operation.types, operation.custom, store);
      checkParsedRequest(checked);
      operation.run(checkingStore(store, checked), checked, (error, output) => {
        if (error === null || error === undefined) resolve({ status: 200, body: toJson(output) });
        else fail(error);
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** DynamoDB leaves out the attributes of a response if there are none. */
function toJson(output: unknown): string {
  const attributes = property(output, 'Attributes');
  const isEmpty = isObject(attributes) && Object.keys(attributes).length === 0;
  return JSON.stringify(isEmpty ? { ...Object(output), Attributes: undefined } : output);
}

/** Reads on this thread, because LevelDB's thread pool makes a read seven times slower. */
function readSynchronously({ db }: Store): void {
  db.createValueStream = (options) => streamValues(db.values(options));
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

/**
 * Streams the values of a LevelDB iterator, many per read. dynalite's own stream reads them one by one and never closes
 * its iterator, so every query would leak memory.
 */
function streamValues(values: LevelValues): Readable {
  return new Readable({
    objectMode: true,
    highWaterMark: 256,
    read(size) {
      values.nextv(size).then(
        (items) => {
          for (const item of items) this.push(item);
          if (items.length === 0) this.push(null);
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      values.close().then(() => done(error), done);
    },
  });
}

function loadOperations(): ReadonlyMap<string, Operation> {
  const require = createRequire(import.meta.url);
  for (const name of parserNames) parseOnce(require(`dynalite/db/${name}`));
  return new Map(
    operationNames.map((name) => {
      const file = name.charAt(0).toLowerCase() + name.slice(1);
      const run: Action = require(`dynalite/actions/${file}`);
      const { types, custom } = require(`dynalite/validations/${file}`);
      return [name, { run, types, custom }];
    }),
  );
}

function openError(error: unknown, directory: string | null): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const [reason, advice] =
    code === 'LEVEL_LOCKED'
      ? [`another stack uses ${directory}`, 'Stop it or choose another --data directory.']
      : [
          `${directory} is not readable (${cause instanceof Error ? cause.message : String(error)})`,
          'Delete it to start with an empty database.',
        ];
  return new Error(`Could not open DynamoDB: ${reason}. ${advice}`, { cause: error });
}
