/** What an entry may do with a table: the names of DynamoDB's actions, without their prefix. */
export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'BatchGetItem';

/** What an entry may do with the objects of the bucket for files: S3's actions, without their prefix. */
export type FileAction = 'GetObject' | 'PutObject' | 'DeleteObject';

/** The environment variables that an entry may ask for. */
export type Variable =
  | 'CHAT_TABLE'
  | 'CONNECTIONS_TABLE'
  | 'SOCKET_URL'
  | 'WELCOME_FUNCTION'
  | 'FANOUT_FUNCTION'
  | 'ISSUER'
  | 'AUDIENCE'
  | 'JWKS_URI'
  | 'USER_POOL_CLIENT'
  | 'ALLOWED_ORIGINS'
  | 'DIRECT_ROOMS'
  | 'FILES_BUCKET'
  | 'MAX_FILE_BYTES'
  | 'RATE_LIMIT';

/** One Lambda: how large, how long, what it is told and what it may do. It may do nothing else. */
export interface Entry {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly variables: readonly Variable[];
  readonly chat: readonly TableAction[];
  /** May look a user's rooms up in the index `by-user`. */
  readonly roomsByUser?: boolean;
  readonly connections: readonly TableAction[];
  /** May look a user's connections up in the index `by-user`. */
  readonly connectionsByUser?: boolean;
  /** Absent where it may do nothing with files. */
  readonly files?: readonly FileAction[];
  /** May post to the sockets, look them up and close them. */
  readonly sockets: boolean;
  /** The one entry that it may invoke. */
  readonly invokes: 'welcome' | 'fanout' | null;
  /** Set where the entry is invoked asynchronously. */
  readonly asynchronous?: { readonly retries: 0 | 1 | 2; readonly maxAgeSeconds: number };
}

// AWS: API Gateway WebSocket quotas. A route's integration is given up after 29 seconds.
const integrationTimeoutSeconds = 29;

/** Whoever posts takes out of a room whose socket is gone, and whose token ran out, if none has come since. */
const ending = ['Query', 'GetItem', 'DeleteItem'] as const;

const send: Entry = {
  memoryMegabytes: 1024,
  timeoutSeconds: integrationTimeoutSeconds,
  variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL', 'FANOUT_FUNCTION', 'RATE_LIMIT'],
  chat: ['GetItem', 'PutItem', 'UpdateItem'],
  connections: ending,
  sockets: true,
  invokes: 'fanout',
};

/** A file in a frame is put; one that was uploaded is looked at, which takes the right to read it. */
const filing: Entry = {
  ...send,
  variables: [...send.variables, 'FILES_BUCKET'],
  files: ['GetObject', 'PutObject'],
};

/** Every Lambda of the stack, by the name of its file in `functions/`. */
export const entries = {
  authorize: {
    memoryMegabytes: 512,
    timeoutSeconds: 10,
    variables: ['CHAT_TABLE', 'ISSUER', 'AUDIENCE', 'JWKS_URI', 'ALLOWED_ORIGINS', 'DIRECT_ROOMS'],
    chat: ['GetItem'],
    connections: [],
    sockets: false,
    invokes: null,
  },
  connect: {
    memoryMegabytes: 512,
    timeoutSeconds: 10,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'WELCOME_FUNCTION'],
    chat: ['UpdateItem'],
    connections: ['PutItem', 'DeleteItem'],
    sockets: false,
    invokes: 'welcome',
  },
  welcome: {
    memoryMegabytes: 512,
    timeoutSeconds: integrationTimeoutSeconds,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL', 'FILES_BUCKET'],
    chat: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
    roomsByUser: true,
    connections: [...ending, 'PutItem'],
    // Whoever resumes brings a delete to its end that somebody else began.
    files: ['DeleteObject'],
    sockets: true,
    invokes: null,
    // A late or second history would arrive among newer frames: rather none, the client can ask for it.
    asynchronous: { retries: 0, maxAgeSeconds: 60 },
  },
  disconnect: {
    memoryMegabytes: 512,
    timeoutSeconds: integrationTimeoutSeconds,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL'],
    chat: ['GetItem', 'UpdateItem'],
    connections: ending,
    connectionsByUser: true,
    sockets: true,
    invokes: null,
  },
  send: filing,
  edit: filing,
  delete: { ...filing, files: ['DeleteObject'] },
  default: {
    ...filing,
    variables: [...filing.variables, 'ISSUER', 'AUDIENCE', 'JWKS_URI'],
    chat: [...filing.chat, 'BatchGetItem', 'Query'],
    connections: [...ending, 'PutItem', 'UpdateItem'],
    connectionsByUser: true,
    files: ['DeleteObject', 'GetObject', 'PutObject'],
  },
  http: {
    ...filing,
    variables: [
      ...filing.variables,
      'MAX_FILE_BYTES',
      'ISSUER',
      'AUDIENCE',
      'JWKS_URI',
      'USER_POOL_CLIENT',
      'ALLOWED_ORIGINS',
    ],
    chat: [...filing.chat, 'DeleteItem', 'Query', 'BatchGetItem'],
    roomsByUser: true,
    connections: [...filing.connections, 'PutItem', 'BatchGetItem'],
  },
  fanout: {
    memoryMegabytes: 1024,
    timeoutSeconds: 60,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL'],
    chat: ['GetItem', 'UpdateItem'],
    connections: [...ending, 'BatchGetItem'],
    sockets: true,
    invokes: null,
    asynchronous: { retries: 2, maxAgeSeconds: 300 },
  },
} satisfies Record<string, Entry>;

export type EntryName = keyof typeof entries;

export const entryNames = Object.keys(entries) as readonly EntryName[];
