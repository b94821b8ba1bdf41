import { ChatClient, type Id } from '@your-org/parley/client';
import { ChatProvider, useConnection, useMessages, useRoom, useRooms } from '@your-org/parley/react';
import { useActionState } from 'react';
import { createRoot } from 'react-dom/client';

const url: string = import.meta.env.VITE_CHAT_URL ?? 'http://localhost:8000';

async function signIn(_: unknown, form: FormData): Promise<ChatClient | string> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify(Object.fromEntries(form));
  try {
    const response = await fetch(`${url}/api/login/`, { method: 'POST', headers, body });
    const { token, message } = await response.json();
    return response.ok ? new ChatClient({ url, token: () => token }) : message;
  } catch {
    return `Could not reach ${url}. Is the chat running, and does it allow this page's origin?`;
  }
}

function App() {
  const [client, submit] = useActionState(signIn, '');
  if (client instanceof ChatClient) return <ChatProvider client={client} children={<FirstRoom />} />;
  return (
    <form action={submit}>
      <input name="username" aria-label="User name" autoComplete="username" required />
      <input name="password" aria-label="Password" autoComplete="current-password" type="password" required />
      <button type="submit">Sign in</button>
      <p role="alert">{client}</p>
    </form>
  );
}

function FirstRoom() {
  const { rooms, loading } = useRooms();
  const { state, error } = useConnection();
  if (rooms[0]) return <Room id={rooms[0].id} title={`${rooms[0].name}, ${error?.message ?? state}`} />;
  return <p>{error?.message ?? (loading ? 'Loading…' : 'You are in no room yet.')}</p>;
}

function Room({ id, title }: { id: Id; title: string }) {
  const { room } = useRoom(id);
  const { messages, error } = useMessages(id);
  const send = (form: FormData) => void room.send(String(form.get('text'))).catch(console.error);
  return (
    <form action={send}>
      <h1>{title}</h1>
      {messages.map(({ client_id, message_id, sender_name, text }) => (
        <p key={client_id ?? message_id}>{`${sender_name}: ${text}`}</p>
      ))}
      <input name="text" aria-label="Message" autoComplete="off" required />
      <p role="alert">{error?.message}</p>
    </form>
  );
}

createRoot(document.body.appendChild(document.createElement('main'))).render(<App />);
