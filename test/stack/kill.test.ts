import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Frame } from '../support/chat.ts';
import type { StackProcessSettings, StackProcessUrls } from '../support/stack-process.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

const data = mkdtempSync(join(tmpdir(), 'parley-kill-'));
const program = fileURLToPath(new URL('../support/stack-process.ts', import.meta.url));
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

interface LocalStack {
  readonly child: ChildProcess;
  readonly socketUrl: URL;
  readonly servicesUrl: URL;
}

/** Starts a local stack that keeps its data, without rate limit, and waits until it is ready. 0 picks a free port. */
async function start(socketPort = 0, servicesPort = 0): Promise<LocalStack> {
  const ports = { edge: 0, socket: socketPort, dynamodb: 0, services: servicesPort };
  const settings: StackProcessSettings = { directory: data, ports };
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [] });
  running.add(child);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The local stack ended.')));
  const [urls] = (await Promise.race([once(child, 'message'), ended])) as [StackProcessUrls];
  ended.catch(() => {});
  return { child, socketUrl: new URL(urls.socketUrl), servicesUrl: new URL(urls.servicesUrl) };
}

async function tokenOf(user: string, servicesUrl: URL): Promise<string> {
  const response = await fetch(new URL(`/token?user=${user}`, servicesUrl), { method: 'POST' });
  return response.text();
}

async function wholeHistory(client: WsClient): Promise<Set<unknown>> {
  const texts = new Set<unknown>();
  let before: unknown;
  for (;;) {
    client.send({ action: 'history', ...(before !== undefined && { before }) });
    const page = (await client.next((frame) => (frame as Frame).type === 'history')) as Frame;
    const messages = page['messages'] as Record<string, unknown>[];
    for (const message of messages) texts.add(message['text']);
    if (!page['has_more']) return texts;
    before = messages.at(-1)?.['message_id'];
  }
}

test('every message that was echoed is in the history after a SIGKILL under load', async () => {
  const first = await start();
  const { socketUrl, servicesUrl } = first;
  const url = `${socketUrl}?room=1`;
  const token = await tokenOf('alice', servicesUrl);
  const headers = { Authorization: `Bearer ${token}` };
  const echoed = new Set<unknown>();
  const clients = await Promise.all(
    Array.from({ length: 4 }, async (_, number) => {
      const client = await connect(url, { headers });
      await client.next(Array.isArray);
      client.socket.on('message', (text: Buffer) => {
        const frame = JSON.parse(text.toString()) as Frame;
        if (frame.type === 'chat_message') echoed.add(frame.message?.['text']);
      });
      return { client, number };
    }),
  );
  const exited = once(first.child, 'exit');
  for (let count = 0; count < 100; count++) {
    for (const { client, number } of clients) client.send({ message: `${number} says ${count}` });
  }
  while (echoed.size < 60) await new Promise((resume) => setTimeout(resume, 5));
  first.child.kill('SIGKILL');
  await exited;
  await Promise.all(clients.map(({ client }) => client.closed));
  expect(echoed.size).toBeGreaterThanOrEqual(60);

  await start(Number(socketUrl.port), Number(servicesUrl.port));
  // The signing key survived too, so the token is still valid.
  const back = await connect(url, { headers });
  await back.next(Array.isArray);
  const kept = await wholeHistory(back);
  expect([...echoed].filter((text) => !kept.has(text))).toEqual([]);
  await back.close();
});
