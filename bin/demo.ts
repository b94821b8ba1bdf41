import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Role, User } from '../functions/domain/member.ts';
import type { Room } from '../functions/domain/room.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import { addMember, setRole } from '../functions/store/members.ts';
import { getRoom, putRoom } from '../functions/store/rooms.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';

/** The people of the local stack. Dave is a member of nothing. */
export const demoUsers: readonly User[] = [
  { id: '1', username: 'alice', email: 'alice@example.com', userType: 'student' },
  { id: '2', username: 'bob', email: 'bob@example.com', userType: 'student' },
  { id: '3', username: 'carol', email: 'carol@example.com', userType: 'teacher' },
  { id: '4', username: 'dave', email: 'dave@example.com', userType: 'student' },
];

interface RoomPlan extends Pick<Room, 'id' | 'name' | 'kind' | 'access'> {
  readonly members: readonly { readonly user: string; readonly role: Role }[];
}

const demoRooms: readonly RoomPlan[] = [
  {
    id: '1',
    name: 'Everybody',
    kind: 'group',
    access: 'members',
    members: [
      { user: '1', role: 'owner' },
      { user: '2', role: 'member' },
      { user: '3', role: 'member' },
    ],
  },
  { id: '2', name: 'Alice alone', kind: 'group', access: 'members', members: [{ user: '1', role: 'owner' }] },
  {
    id: 'direct:1:2',
    name: '',
    kind: 'direct',
    access: 'members',
    members: [
      { user: '1', role: 'member' },
      { user: '2', role: 'member' },
    ],
  },
];

/** Makes a room, or adds to one that is there. */
export async function makeRoom(db: Database, plan: RoomPlan): Promise<void> {
  await putRoom(db, plan);
  const room = { id: plan.id, seq: (await getRoom(db, plan.id))?.seq ?? 0 };
  await Promise.all(
    plan.members.map(
      async ({ user, role }) => (await addMember(db, room, user, role)) || setRole(db, room.id, user, role),
    ),
  );
}

/** Puts the demo rooms where they are missing; what was said in them stays. */
export async function seedDemo(target: {
  readonly endpoint: string;
  readonly chatTable: string;
}): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: target.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
  const db = openDatabase(sdkDynamoDb(client), { chat: target.chatTable, connections: '' });
  try {
    await Promise.all(demoRooms.map((plan) => makeRoom(db, plan)));
  } finally {
    client.destroy();
  }
}
