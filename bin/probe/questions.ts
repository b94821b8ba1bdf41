import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatSocket, type Frame, RefusedHandshake } from '../verify/chat-socket.ts';

/** A question about AWS that its documentation leaves open. */
export interface Question {
  readonly question: string;
  /** The answers of the local stack, separated by ` or `. Parley's code is written for them. */
  readonly assumed: string;
  readonly ask: () => Promise<string>;
}

export interface ProbeTarget {
  /** The stack's output `Url`. */
  readonly url: string;
  /** The stack's output `SocketUrl`. */
  readonly socketUrl: string;
}

/** How many requests must fail differently before an error counts as not repeated. */
const repeats = 5;
const timeoutMs = 10_000;
const largeBytes = 100 * 1024;
const tooLargeBytes = 129 * 1024;

/** Returns the questions in the order in which they are asked. */
export function probeQuestions({ url, socketUrl }: ProbeTarget): readonly Question[] {
  const open = (query = '') => ChatSocket.open(`${socketUrl.replace(/^http/, 'ws')}${query}`, { timeoutMs });
  const refusal = async (probe: string) => {
    try {
      await (await open(`?probe=${probe}`)).close();
      return 'opens';
    } catch (error) {
      if (error instanceof RefusedHandshake) return String(error.status);
      throw error;
    }
  };
  const contextOf = async (socket: ChatSocket) => {
    socket.send({ action: 'probe', probe: 'context' });
    return socket.take('the context', (frame) => frame['probe'] === 'context');
  };
  const authorizerOf = async (query = ''): Promise<Frame> => {
    const socket = await open(query);
    const { authorizer } = await contextOf(socket);
    await socket.close();
    return Object(authorizer);
  };
  const contextValue = (question: string, key: string, assumed: string): Question => ({
    question: `The authorizer’s context has ${question}. What do later events get?`,
    assumed,
    async ask() {
      const value = (await authorizerOf())[key];
      return value === undefined ? 'nothing' : JSON.stringify(value);
    },
  });
  const report = async (id: string): Promise<Frame> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const response = await fetch(new URL(`/api/reports/${encodeURIComponent(id)}`, url));
      const found: unknown = response.ok ? await response.json() : null;
      if (found !== null) return Object(found);
      if (Date.now() > deadline) throw new Error(`there is no report after ${timeoutMs} ms`);
      await sleep(200);
    }
  };
  const disconnectOf = async (end: (socket: ChatSocket) => Promise<void> | void): Promise<Frame> => {
    const socket = await open();
    const { connectionId } = await contextOf(socket);
    await end(socket);
    return report(String(connectionId));
  };
  const early = async (): Promise<Frame> => {
    const id = randomUUID();
    await (await open(`?report=${id}`)).close();
    return report(id);
  };
  const end = ({ disconnectStatusCode, disconnectReason }: Frame) =>
    `${disconnectStatusCode} ${JSON.stringify(disconnectReason)}`;
  const posted = async (bytes: number) => {
    const socket = await open();
    socket.send({ action: 'probe', probe: 'post', bytes });
    const { status } = await socket.take('the status', (frame) => frame['probe'] === 'posted');
    const arrived = socket.count(
      (frame) => frame['probe'] === 'post' && String(frame['filler']).length === bytes,
    );
    await socket.close();
    return `${status}, and ${arrived === 1 ? 'the client gets one message' : 'the client gets nothing'}`;
  };
  const repeated = async (status: number) => {
    const failure = async () => {
      const response = await fetch(new URL(`/api/fail/${status}`, url));
      if (response.status !== status) throw new Error(`the edge answered ${response.status}`);
      return response.text();
    };
    // Several, because an edge location has more than one cache.
    const bodies = new Set<string>();
    for (let count = 0; count < repeats; count += 1) bodies.add(await failure());
    return bodies.size < repeats ? 'yes' : 'no';
  };
  return [
    contextValue('an empty value', 'empty', 'nothing'),
    contextValue('the value `café`', 'accents', '"caf?"'),
    contextValue('the value 👍', 'emoji', '"?"'),
    contextValue('the number 1', 'number', '"1"'),
    contextValue('the boolean `true`', 'flag', '"true"'),
    {
      question: 'The authorizer returns the principalId `café`. What do later events get?',
      assumed: '"caf?"',
      ask: async () => {
        const status = await refusal('principal');
        if (status !== 'opens') return `the handshake is refused with ${status}`;
        return JSON.stringify((await authorizerOf('?probe=principal'))['principalId']);
      },
    },
    {
      question: 'An authorizer throws `Unauthorized`. What does the client get?',
      assumed: '401',
      ask: () => refusal('unauthorized'),
    },
    {
      question: 'An authorizer throws another error. What does the client get?',
      assumed: '500',
      ask: () => refusal('fault'),
    },
    {
      question: 'An authorizer returns a Deny. What does the client get?',
      assumed: '403',
      ask: () => refusal('deny'),
    },
    {
      question: 'Which keys of the authorizer’s context does `$disconnect` get?',
      assumed: 'principalId',
      ask: async () => {
        const { authorizer } = await disconnectOf((socket) => socket.close());
        return Object.keys(Object(authorizer)).sort().join(', ') || 'none';
      },
    },
    {
      question: 'A client closes with 4000 and the reason `bye`. What does `$disconnect` get?',
      assumed: '4000 "bye"',
      ask: async () => end(await disconnectOf((socket) => socket.close(4000, 'bye'))),
    },
    {
      question: 'A client’s TCP connection breaks. What does `$disconnect` get?',
      assumed: '1006 ""',
      ask: async () => end(await disconnectOf((socket) => socket.terminate())),
    },
    {
      question: 'What does GET `@connections` answer while `$connect` runs?',
      assumed: '200 or 410',
      ask: async () => String((await early())['get']),
    },
    {
      question: 'What does POST `@connections` answer while `$connect` runs?',
      assumed: '410',
      ask: async () => String((await early())['post']),
    },
    {
      question: 'One POST `@connections` has 100 KB. What is the answer?',
      assumed: '200, and the client gets one message',
      ask: () => posted(largeBytes),
    },
    {
      question: 'One POST `@connections` has 129 KB. What is the answer?',
      assumed: '413, and the client gets nothing',
      ask: () => posted(tooLargeBytes),
    },
    {
      question: 'A function throws on a frame. What does the client get?',
      assumed: '"Internal server error"',
      async ask() {
        const socket = await open();
        socket.send({ action: 'probe', probe: 'throw' });
        const { message } = await socket.take('the error', (frame) => frame['message'] !== undefined);
        await socket.close();
        return JSON.stringify(message);
      },
    },
    {
      question: 'Does CloudFront repeat a 503 without an error response?',
      assumed: 'yes',
      ask: () => repeated(503),
    },
    {
      question: 'Does CloudFront repeat a 500 with an error response of 0 seconds?',
      assumed: 'no',
      ask: () => repeated(500),
    },
  ];
}

/** The question about metrics, which needs CloudWatch. Waits up to `waitMs`, because metrics arrive late. */
export function metricsQuestion({ url }: ProbeTarget, waitMs: number): Question {
  return {
    question: 'Which metrics arrive from the embedded metric format, and for the id of the WebSocket API?',
    assumed: 'not known, because the local stack has no CloudWatch',
    async ask() {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const response = await fetch(new URL('/api/metrics', url));
        const { own = [], sockets = [] } = (await response.json()) as Record<string, readonly string[]>;
        const arrived = own.length > 0 && sockets.length > 0;
        if (arrived || Date.now() > deadline) {
          return `${own.join(', ') || 'none'}; and ${sockets.join(', ') || 'none'}`;
        }
        await sleep(15_000);
      }
    },
  };
}
