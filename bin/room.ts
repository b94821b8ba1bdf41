import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isUserId } from '../functions/domain/id.ts';
import { type Role, roles } from '../functions/domain/member.ts';
import { directRoomId, isInbox, isRoomId } from '../functions/domain/room.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';
import { commandLine, runCommand } from './command.ts';
import { makeRoom, openLocalTable } from './demo.ts';

const usage = `Write \`${commandLine('room')} <room id> <user id>[:role] … [--name <name>] [--table <chat table on AWS>]\`.`;

const roomError = (why: string, advice: string, options?: ErrorOptions) =>
  new Error(`Could not create the room: ${why}. ${advice}`, options);

const isRole = (text: string): text is Role => roles.some((role) => role === text);

/** Parses `3:moderator` or `3`. For a user id that contains a colon, the text must end with a role. */
function parseMember(text: string): { user: string; role: Role } {
  const at = text.lastIndexOf(':');
  const [user, role] = at < 0 ? [text, 'member'] : [text.slice(0, at), text.slice(at + 1)];
  if (user === '') throw roomError('a member has no user id', usage);
  if (!isRole(role)) throw roomError(`"${role}" is not a role`, `Use one of ${roles.join(', ')}.`);
  return { user, role };
}

function checkIds(id: string, members: readonly { readonly user: string }[]): void {
  const users = members.map(({ user }) => user);
  if (isInbox(id)) throw roomError('an id that begins with # is an inbox', 'Use another id.');
  if (!isRoomId(id)) {
    const reason = 'the id is over 300 bytes, is "." or "..", or has a control character';
    throw roomError(reason, 'Use another id.');
  }
  if (!users.every(isUserId)) {
    const reason = 'the id of a member is over 128 bytes, is "." or "..", or has a control character';
    throw roomError(reason, 'Correct it.');
  }
  const [one = '', other = ''] = users;
  if (id.startsWith('direct:') && (users.length !== 2 || id !== directRoomId(one, other))) {
    const right = users.length === 2 ? directRoomId(one, other) : 'direct:1:2 1 2';
    throw roomError('the id of a direct room must name its two members in order', `Write ${right}.`);
  }
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', default: '' }, table: { type: 'string' } },
  });
  const [id, ...texts] = positionals;
  if (!id || texts.length === 0) throw roomError('it has no members', usage);
  const members = texts.map(parseMember);
  checkIds(id, members);
  return { id, name: values.name, members, table: values.table };
}

async function openRunningStack(): Promise<Database> {
  const port = process.env['PARLEY_SERVICES_PORT'] || '8003';
  const response = await fetch(`http://127.0.0.1:${port}/variables/CHAT_TABLE`).catch((cause: unknown) => {
    const advice = `Run \`${commandLine('dev')}\`, or pass --table for a table on AWS.`;
    throw roomError(`no local stack answers on port ${port}`, advice, { cause });
  });
  const chatTable = (await response.json()) as string;
  const endpoint = `http://127.0.0.1:${process.env['PARLEY_DYNAMODB_PORT'] || '8002'}`;
  return openLocalTable(endpoint, chatTable).db;
}

await runCommand(usage, async () => {
  const { id, name, members, table } = readArguments();
  const db =
    table === undefined
      ? await openRunningStack()
      : openDatabase(sdkDynamoDb(new DynamoDBClient({})), { chat: table, connections: '' });
  const kind = id.startsWith('direct:') ? 'direct' : 'group';
  await makeRoom(db, { id, name, kind, access: 'members', members });
  console.log(`Room ${id} has ${members.map(({ user, role }) => `${user} (${role})`).join(', ')}`);
});
