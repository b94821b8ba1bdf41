import { ChatClient } from '@your-org/parley/client';
import { ChatProvider, useConnection, useMessages } from '@your-org/parley/react';
import { useState } from 'react';

/** Renders on the server too: the client connects when the browser has mounted `ChatProvider`. */
export function App({ url }: { url: string }) {
  const [client] = useState(
    () =>
      new ChatClient({
        url,
        autoConnect: false,
        token: () => fetch('/chat-token').then((response) => response.text()),
      }),
  );
  return (
    <ChatProvider client={client}>
      <Room />
    </ChatProvider>
  );
}

function Room() {
  const { state } = useConnection();
  const { messages } = useMessages('1');
  return (
    <>
      <p role="status">{state}</p>
      {messages.map(({ client_id, message_id, text }) => (
        <p key={client_id ?? message_id}>{text}</p>
      ))}
    </>
  );
}
