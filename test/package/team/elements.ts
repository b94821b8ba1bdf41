import '@your-org/parley/elements';

const chat = document.createElement('parley-chat');
chat.url = 'https://chat.example.com';
chat.token = async () => (await fetch('/chat-token')).text();
chat.addEventListener('parley-state', ({ detail }) => console.log(detail.state, detail.error?.code));
document.body.append(chat);
