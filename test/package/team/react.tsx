import { ChatClient, type Id } from '@your-org/parley/client';
import {
  ChatProvider,
  useChatClient,
  useConnection,
  useMembers,
  useMessages,
  usePresence,
  useReadBy,
  useRoom,
  useRooms,
  useTyping,
  useUnread,
  useUpload,
  useUsers,
} from '@your-org/parley/react';
import { useState } from 'react';

export function App({ url }: { readonly url: string }) {
  const [client] = useState(() => new ChatClient({ url, token: () => '', autoConnect: false }));
  return (
    <ChatProvider client={client}>
      <Rooms />
      <Room id={7} />
    </ChatProvider>
  );
}

function Rooms() {
  const { state, error } = useConnection();
  const { rooms, loading } = useRooms();
  const unread = useUnread();
  const { user } = useChatClient();
  const names = rooms.map(({ name, last_message: last }) => `${name}: ${last?.sender_name} ${last?.text}`);
  return (
    <nav>
      {state} {error?.code} {unread} {user} {loading ? 'loading' : names.join()}
    </nav>
  );
}

function Room({ id }: { readonly id: Id }) {
  const { room, details } = useRoom(id);
  const { messages, loadOlder, hasOlder } = useMessages(id);
  const { members } = useMembers(id);
  const presence = usePresence(id);
  const typing = useTyping(id);
  const readers = useReadBy(id, 1);
  const { upload, progress } = useUpload(id);
  const users = useUsers();
  const online = members.filter(({ user_id }) => presence.get(String(user_id))?.status === 'online');
  return (
    <section title={details?.name}>
      {messages.map((message) => (
        <p key={message.client_id ?? message.message_id}>{message.text}</p>
      ))}
      <p>
        {online.length} {typing.length} {readers.length} {users.size} {progress}
      </p>
      <button type="button" disabled={!hasOlder} onClick={loadOlder}>
        Older
      </button>
      <button type="button" onClick={async () => room.send('', await upload(new Blob(['a'])))}>
        Attach
      </button>
    </section>
  );
}
