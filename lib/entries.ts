/** A DynamoDB action that an entry may use on a table, without the prefix `dynamodb:`. */
export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'BatchGetItem';

/** An S3 action that an entry may use on objects of the files bucket, without the prefix `s3:`. */
export type FileAction =
  | 'GetObject'
  | 'PutObject'
  | 'DeleteObject'
  | 'PutObjectTagging'
  | 'DeleteObjectTagging';

/** What pages of the allowed origins may do with signed URLs of files. */
export const filesCors = {
  methods: ['GET', 'HEAD', 'PUT'],
  /** A signed upload sends the first three headers. A media player sends `range` when the user seeks. */
  requestHeaders: ['content-type', 'if-none-match', 'x-amz-tagging', 'range'],
  responseHeaders: ['content-disposition', 'content-range', 'etag'],
  maxAgeSeconds: 3600,
} as const;

/** An environment variable that an entry may request. */
export type Variable =
  | 'CHAT_TABLE'
  | 'CONNECTIONS_TABLE'
  | 'SOCKET_URL'
  | 'WELCOME_FUNCTION'
  | 'FANOUT_FUNCTION'
  | 'ISSUER'
  | 'AUDIENCE'
  | 'JWKS_URI'
  | 'AUTH_FUNCTION'
  | 'AUTH_TIMEOUT_MS'
  | 'BEFORE_SEND'
  | 'SESSION_COOKIE'
  | 'USER_POOL_CLIENT'
  | 'LOGIN'
  | 'ALLOWED_ORIGINS'
  | 'EDGE_KEY'
  | 'DIRECT_ROOMS'
  | 'CREATE_ROOMS'
  | 'DIRECTORY'
  | 'FILES_BUCKET'
  | 'MAX_FILE_BYTES'
  | 'DAILY_FILE_BYTES'
  | 'RATE_LIMIT'
  | 'RETENTION_DAYS'
  | 'ROOM_LIMITS';

/** The size, time-out, variables and grants of one Lambda function. It gets no other grants. */
export interface Entry {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly variables: readonly Variable[];
  readonly chat: readonly TableAction[];
  /** Whether the function may query the rooms of a user in the index `by-user`. */
  readonly roomsByUser?: boolean;
  readonly connections: readonly TableAction[];
  /** Whether the function may query the connections of a user in the index `by-user`. */
  readonly connectionsByUser?: boolean;
  /** Absent if the function has no access to files. */
  readonly files?: readonly FileAction[];
  /** Whether the function may post to sockets, look them up and close them. */
  readonly sockets: boolean;
  /** The only entry that the function may invoke. */
  readonly invokes: 'welcome' | 'fanout' | null;
  /** Whether the function verifies credentials. It may then also invoke the function of `ChatAuth.lambda`. */
  readonly authenticates?: true;
  /** Whether the function stores messages or edits of users. It may then also invoke the function `beforeSend`. */
  readonly storesMessages?: true;
  /** Set if the function is invoked asynchronously. */
  readonly asynchronous?: { readonly retries: 0 | 1 | 2; readonly maxAgeSeconds: number };
}

// API Gateway gives up on an integration after 29 seconds (AWS: quotas for WebSocket APIs).
const integrationTimeoutSeconds = 29;

/**
 * For each of `authorize` and `connect`. Their retries end five seconds earlier, and together they may take as long as
 * a connection counts as opening (`functions/domain/connection.ts`).
 */
const handshakeTimeoutSeconds = 15;

/** The grants to remove stale connections and connections whose token has expired. */
const removing = ['Query', 'GetItem', 'DeleteItem'] as const;

/** The grants to post changes. A function that posts them updates the rows of connections that are still opening. */
const posting = [...removing, 'UpdateItem'] as const;

const send: Entry = {
  memoryMegabytes: 1024,
  timeoutSeconds: integrationTimeoutSeconds,
  variables: [
    'CHAT_TABLE',
    'CONNECTIONS_TABLE',
    'SOCKET_URL',
    'FANOUT_FUNCTION',
    'RATE_LIMIT',
    'RETENTION_DAYS',
  ],
  chat: ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'],
  connections: posting,
  sockets: true,
  invokes: 'fanout',
};

/**
 * Stores messages and edits of users, and files that arrive in a frame. Checks uploaded files with HEAD, which needs the
 * grant for GetObject. Keeps the files of messages by removing their tag, and deletes files that no message holds any
 * more.
 */
const withFiles: Entry = {
  ...send,
  variables: [...send.variables, 'FILES_BUCKET', 'DAILY_FILE_BYTES', 'BEFORE_SEND'],
  storesMessages: true,
  files: ['DeleteObject', 'DeleteObjectTagging', 'GetObject', 'PutObject'],
};

/** The variables for verifying credentials. A chat with `ChatAuth.lambda` has the last two, others the first three. */
const authVariables = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'AUTH_FUNCTION', 'AUTH_TIMEOUT_MS'] as const;

/** Every Lambda function of the stack, by the name of its file in `functions/`. */
export const entries = {
  authorize: {
    memoryMegabytes: 512,
    timeoutSeconds: handshakeTimeoutSeconds,
    variables: [
      'CHAT_TABLE',
      ...authVariables,
      'SESSION_COOKIE',
      'ALLOWED_ORIGINS',
      'EDGE_KEY',
      'DIRECT_ROOMS',
      'ROOM_LIMITS',
    ],
    authenticates: true,
    chat: ['GetItem'],
    connections: [],
    sockets: false,
    invokes: null,
  },
  connect: {
    memoryMegabytes: 512,
    timeoutSeconds: handshakeTimeoutSeconds,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'WELCOME_FUNCTION', 'DIRECTORY'],
    chat: ['UpdateItem'],
    connections: ['PutItem', 'UpdateItem', 'DeleteItem'],
    sockets: false,
    invokes: 'welcome',
  },
  welcome: {
    memoryMegabytes: 512,
    timeoutSeconds: integrationTimeoutSeconds,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL', 'FILES_BUCKET', 'RETENTION_DAYS'],
    chat: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
    roomsByUser: true,
    connections: [...posting, 'PutItem'],
    // A sync on connect finishes deletes whose function stopped halfway, and so deletes their files. The function also
    // deletes expired files.
    files: ['DeleteObject'],
    sockets: true,
    invokes: null,
    // A retry would post the history after newer frames. The client can request the history instead.
    asynchronous: { retries: 0, maxAgeSeconds: 60 },
  },
  disconnect: {
    memoryMegabytes: 512,
    timeoutSeconds: integrationTimeoutSeconds,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL'],
    chat: ['GetItem', 'UpdateItem'],
    connections: removing,
    connectionsByUser: true,
    sockets: true,
    invokes: null,
  },
  // A message reveals a room that was concealed from its author, so the author's inboxes get a row there.
  send: { ...withFiles, connections: [...posting, 'PutItem'] },
  edit: withFiles,
  delete: { ...send, variables: [...send.variables, 'FILES_BUCKET'], files: ['DeleteObject'] },
  default: {
    ...withFiles,
    variables: [...withFiles.variables, ...authVariables],
    authenticates: true,
    chat: [...withFiles.chat, 'Query'],
    connections: [...posting, 'PutItem'],
    connectionsByUser: true,
  },
  http: {
    ...withFiles,
    variables: [
      ...withFiles.variables,
      'MAX_FILE_BYTES',
      'ROOM_LIMITS',
      'CREATE_ROOMS',
      'DIRECTORY',
      ...authVariables,
      'SESSION_COOKIE',
      'USER_POOL_CLIENT',
      'LOGIN',
      'ALLOWED_ORIGINS',
      'EDGE_KEY',
    ],
    authenticates: true,
    chat: [...withFiles.chat, 'DeleteItem', 'Query'],
    roomsByUser: true,
    // Signed uploads have a tag.
    files: [...(withFiles.files ?? []), 'PutObjectTagging'],
    connections: [...withFiles.connections, 'PutItem', 'BatchGetItem'],
    // A block changes the rows of all connections of the user who blocks.
    connectionsByUser: true,
  },
  admin: {
    ...send,
    variables: [
      'CHAT_TABLE',
      'CONNECTIONS_TABLE',
      'SOCKET_URL',
      'FANOUT_FUNCTION',
      'FILES_BUCKET',
      'RETENTION_DAYS',
    ],
    chat: [...send.chat, 'DeleteItem', 'Query'],
    roomsByUser: true,
    connections: [...send.connections, 'PutItem'],
    connectionsByUser: true,
    // Deletes the file of a deleted message, and signs requests for the files of exports and imports.
    files: [...(withFiles.files ?? []), 'PutObjectTagging'],
  },
  fanout: {
    memoryMegabytes: 1024,
    timeoutSeconds: 60,
    variables: ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'SOCKET_URL'],
    chat: ['GetItem', 'UpdateItem'],
    connections: [...posting, 'BatchGetItem'],
    sockets: true,
    invokes: null,
    asynchronous: { retries: 2, maxAgeSeconds: 300 },
  },
} satisfies Record<string, Entry>;

export type EntryName = keyof typeof entries;

export const entryNames = Object.keys(entries) as readonly EntryName[];
