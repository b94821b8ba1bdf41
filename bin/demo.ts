import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Role, User } from '../functions/domain/member.ts';
import type { Room } from '../functions/domain/room.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import { profileKey } from '../functions/store/keys.ts';
import { addMember, setRole } from '../functions/store/members.ts';
import { getRoom, putRoom } from '../functions/store/rooms.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';
import { developerKey } from '../local/iam/access.ts';

/** The users of the local stack. Dave is in no room. */
export const demoUsers: readonly User[] = ['alice', 'bob', 'carol', 'dave'].map((username, index) => ({
  id: String(index + 1),
  username,
  email: `${username}@example.com`,
  userType: username === 'carol' ? 'teacher' : 'student',
}));

interface RoomPlan extends Pick<Room, 'id' | 'name' | 'kind' | 'access'> {
  readonly members: readonly { readonly user: string; readonly role: Role }[];
}

const member = (user: string, role: Role = 'member') => ({ user, role });
const access = 'members';

const demoRooms: readonly RoomPlan[] = [
  {
    ...{ id: '1', name: 'Everybody', kind: 'group', access },
    members: [member('1', 'owner'), member('2'), member('3')],
  },
  { id: '2', name: 'Alice alone', kind: 'group', access, members: [member('1', 'owner')] },
  { id: 'direct:1:2', name: '', kind: 'direct', access, members: [member('1'), member('2')] },
];

/** Creates a room, or adds members to an existing one. */
export async function makeRoom(db: Database, plan: RoomPlan): Promise<void> {
  await putRoom(db, plan);
  const room = { id: plan.id, seq: (await getRoom(db, plan.id))?.seq ?? 0 };
  await Promise.all(
    plan.members.map(
      async ({ user, role }) => (await addMember(db, room, user, role)) || setRole(db, room.id, user, role),
    ),
  );
}

/** Opens the chat table of a running local stack, with the permissions of a developer. */
export function openLocalTable(endpoint: string, chat: string): { db: Database; close(): void } {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: developerKey });
  const db = openDatabase(sdkDynamoDb(client), { chat, connections: '' });
  return { db, close: () => client.destroy() };
}

/** Stores the profile of a demo user who has not connected yet, so that others find the user by name. */
const addProfile = (db: Database, { id, ...user }: User) =>
  db.chat.put(
    { ...profileKey(id), ...user, lastSeen: new Date().toISOString() },
    { condition: 'attribute_not_exists(#item)' },
  );

const inRooms = new Set(demoRooms.flatMap(({ members }) => members.map(({ user }) => user)));

/** Creates missing demo rooms and the profiles of their members. Existing rooms keep their messages. */
export async function seedDemo(target: {
  readonly endpoint: string;
  readonly chatTable: string;
}): Promise<void> {
  const { db, close } = openLocalTable(target.endpoint, target.chatTable);
  try {
    await Promise.all([
      ...demoRooms.map((plan) => makeRoom(db, plan)),
      ...demoUsers.filter(({ id }) => inRooms.has(id)).map((user) => addProfile(db, user)),
    ]);
  } finally {
    close();
  }
}
