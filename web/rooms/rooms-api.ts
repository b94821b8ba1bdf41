import type { ChatClient, Id, RoomDetails } from '../../client/index.ts';

type Member = RoomDetails['members'][number];

const membersPath = (room: string): string => `/api/chats/${encodeURIComponent(room)}/members/`;

/** @throws ChatClientError NOT_A_MODERATOR, FIXED_MEMBERS … */
export async function addMember(client: ChatClient, room: string, user: string): Promise<Member> {
  const response = await client.fetch(membersPath(room), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user_id: user }),
  });
  return (await response.json()) as Member;
}

/** Oneself, to leave for good, or another. @throws ChatClientError NOT_A_MODERATOR, LAST_OWNER, FIXED_MEMBERS … */
export async function removeMember(client: ChatClient, room: string, user: Id): Promise<void> {
  await client.fetch(`${membersPath(room)}${encodeURIComponent(user)}/`, { method: 'DELETE' });
}
