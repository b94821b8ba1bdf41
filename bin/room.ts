import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Role, roles } from '../functions/domain/member.ts';
import { directRoomId, isInbox } from '../functions/domain/room.ts';
import { openDatabase } from '../functions/store/database.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';
import { makeRoom } from './demo.ts';

const usage =
  'write `npm run room -- <room id> <user id>[:role] … [--name <name>] [--table <chat table on AWS>]`';

const isRole = (text: string): text is Role => roles.some((role) => role === text);

/** `3:moderator`; without a role, a member. A user id with colons of its own needs its role behind it. */
function memberOf(text: string): { user: string; role: Role } {
  const at = text.lastIndexOf(':');
  const [user, role] = at < 0 ? [text, 'member'] : [text.slice(0, at), text.slice(at + 1)];
  if (user === '') throw new Error(`No room was made: a member has no user id; ${usage}`);
  if (!isRole(role)) throw new Error(`No room was made: "${role}" is no role; there are ${roles.join(', ')}`);
  return { user, role };
}

/** A handshake finds no other room: see `requestedRoom`. */
function checkRoomId(id: string, members: readonly { readonly user: string }[]): void {
  const [one = '', other = ''] = members.map(({ user }) => user);
  if (id.startsWith('direct:') && (members.length !== 2 || id !== directRoomId(one, other))) {
    throw new Error(
      `No room was made: the direct room of two users has both and is named in order; write direct:1:2 1 2`,
    );
  }
  if (isInbox(id)) throw new Error('No room was made: an id that begins with # is an inbox; take another');
  if (id.length > 256 || id.endsWith('/') || !id.isWellFormed()) {
    throw new Error('No room was made: its id is over 256 characters or ends in a slash; take another');
  }
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', default: '' }, table: { type: 'string' } },
  });
  const [id, ...members] = positionals;
  if (!id || members.length === 0) throw new Error(`No room was made: who is in it? ${usage}`);
  const plans = members.map(memberOf);
  checkRoomId(id, plans);
  return { id, name: values.name, members: plans, table: values.table };
}

/** The running local stack's table; it takes any credentials that are not a function's. */
async function localTable() {
  const port = process.env['PARLEY_SERVICES_PORT'] || '8003';
  const response = await fetch(`http://127.0.0.1:${port}/outputs`).catch((error: unknown) => {
    throw new Error(
      `No room was made: no local stack answers on port ${port}; run \`npm start\`, or name --table for one on AWS`,
      { cause: error },
    );
  });
  const outputs = (await response.json()) as Record<string, string>;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${process.env['PARLEY_DYNAMODB_PORT'] || '8002'}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
  return { client, chat: outputs['ChatTableName'] ?? '' };
}

try {
  const { id, name, members, table } = readArguments();
  const target = table === undefined ? await localTable() : { client: new DynamoDBClient({}), chat: table };
  const kind = id.startsWith('direct:') ? 'direct' : 'group';
  const db = openDatabase(sdkDynamoDb(target.client), { chat: target.chat, connections: '' });
  await makeRoom(db, { id, name, kind, access: 'members', members });
  console.log(`Room ${id} has ${members.map(({ user, role }) => `${user} (${role})`).join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
