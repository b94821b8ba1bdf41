import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Role, roles } from '../functions/domain/member.ts';
import { makeRoom } from './demo.ts';

const usage =
  'write `npm run room -- <room id> <user id>[:role] … [--name <name>] [--table <chat table on AWS>]`';

const isRole = (text: string): text is Role => roles.some((role) => role === text);

/** `3:moderator`; without a role, a member. A user id may have colons of its own. */
function memberOf(text: string): { user: string; role: Role } {
  const at = text.lastIndexOf(':');
  const role = text.slice(at + 1);
  if (at > 0 && isRole(role)) return { user: text.slice(0, at), role };
  return { user: text, role: 'member' };
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', default: '' }, table: { type: 'string' } },
  });
  const [id, ...members] = positionals;
  if (id === undefined || members.length === 0) throw new Error(`No room was made: who is in it? ${usage}`);
  return { id, name: values.name, members: members.map(memberOf), table: values.table };
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
  await makeRoom(target, { id, name, kind, members });
  console.log(`Room ${id} has ${members.map(({ user, role }) => `${user} (${role})`).join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
