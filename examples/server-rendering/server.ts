// Renders a page with a chat on the server, with React and Vite.
import { createServer } from 'node:http';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createServer as createVite } from 'vite';

const chatUrl = process.env.CHAT_URL ?? 'http://localhost:8000';
const vite = await createVite({ appType: 'custom', server: { middlewareMode: true } });

/** Returns a token for the user of this request. A real server knows the user from its own session. */
async function chatToken(): Promise<string> {
  const response = await fetch(`${chatUrl}/api/login/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'alice' }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function page(path: string): Promise<string> {
  const { App } = await vite.ssrLoadModule('/app.tsx');
  const app = renderToString(createElement(App, { url: chatUrl }));
  const html = `<!doctype html><title>Chat</title><link rel="icon" href="data:,">
    <div id="app" data-chat-url="${chatUrl}">${app}</div>
    <script type="module" src="/browser.tsx"></script>`;
  return vite.transformIndexHtml(path, html);
}

const server = createServer((request, response) => {
  vite.middlewares(request, response, async () => {
    const path = request.url ?? '/';
    try {
      const body = path === '/chat-token' ? await chatToken() : await page(path);
      response.setHeader('Content-Type', path === '/chat-token' ? 'text/plain' : 'text/html; charset=utf-8');
      response.end(body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end('Something failed. See the log of the server.');
    }
  });
});
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`http://localhost:${typeof address === 'object' ? address?.port : address}`);
});
