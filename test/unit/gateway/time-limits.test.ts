import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handler as authorize } from '../../../functions/authorize.ts';
import { NoResponse } from '../../../functions/aws/errors.ts';
import type { HttpRequest, HttpResponse, TransportOptions } from '../../../functions/aws/transport.ts';
import { handler as connect } from '../../../functions/connect.ts';
import { LONGEST_HANDSHAKE_MS } from '../../../functions/domain/connection.ts';
import { entries } from '../../../lib/entries.ts';
import { authorizerContext } from '../../support/gateway-events.ts';
import { mockIssuer, rules } from '../../support/issuer.ts';

/** Whether the nth request to AWS gets a response, just before the client gives up, or none at all. */
const answers = vi.hoisted(() => ({ count: 0, answered: (_nth: number): boolean => false }));

vi.mock('../../../functions/aws/transport.ts', () => ({
  Transport: class {
    readonly #silenceMs: number;
    constructor(_origin: URL, { silenceMs = 5_000 }: TransportOptions = {}) {
      this.#silenceMs = silenceMs;
    }
    send(_request: HttpRequest): Promise<HttpResponse> {
      const isAnswered = answers.answered(answers.count++);
      const response = { status: 200, headers: {}, body: Buffer.from('{}') };
      return new Promise((resolve, reject) => {
        setTimeout(
          () => (isAnswered ? resolve(response) : reject(new NoResponse('silence'))),
          this.#silenceMs,
        );
      });
    }
  },
}));

const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  answers.count = 0;
  for (const name of ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'WELCOME_FUNCTION']) vi.stubEnv(name, name);
  vi.stubEnv('ISSUER', rules.issuer);
  vi.stubEnv('AUDIENCE', rules.audience);
  vi.stubEnv('JWKS_URI', rules.jwksUri);
  vi.stubEnv('ALLOWED_ORIGINS', 'https://chat.example.com');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  errors.mockImplementation(() => undefined);
});

/** Runs a handler until it ends. Returns how long it took, in milliseconds. */
async function durationOf(
  entry: 'authorize' | 'connect',
  run: (context: Context) => Promise<unknown>,
): Promise<number> {
  vi.useFakeTimers();
  const start = Date.now();
  const limit = entries[entry].timeoutSeconds * 1000;
  const context = { getRemainingTimeInMillis: () => start + limit - Date.now() } as Context;
  let end: number | undefined;
  const ended = run(context)
    .catch(() => undefined)
    .then(() => {
      end = Date.now();
    });
  await vi.advanceTimersByTimeAsync(120_000);
  await ended;
  return (end ?? Number.POSITIVE_INFINITY) - start;
}

const event = {
  requestContext: {
    connectionId: 'a=',
    connectedAt: Date.now(),
    requestId: 'r',
    authorizer: authorizerContext(),
  },
};

test.each([
  ['nothing', () => false],
  ['each third try of its writes only', (nth: number) => nth === 4 || nth === 5],
])('`connect` ends within its time limit when AWS answers %s', async (_what, answered) => {
  answers.answered = answered;
  const took = await durationOf('connect', (context) =>
    connect(event as unknown as Parameters<typeof connect>[0], context),
  );
  expect(took).toBeLessThan(entries.connect.timeoutSeconds * 1000);
  expect(answers.count).toBeGreaterThan(3);
});

test('`authorize` ends within its time limit when DynamoDB does not respond', async () => {
  answers.answered = () => false;
  const { sign } = await mockIssuer();
  const headers = { Authorization: `Bearer ${await sign({})}` };
  const upgrade = {
    methodArn: 'arn:aws:execute-api:us-east-1:000000000000:abc/prod/$connect',
    headers,
    queryStringParameters: { room: '1' },
    requestContext: { connectionId: 'a=', connectedAt: 1, requestId: 'r' },
  };
  const took = await durationOf('authorize', (context) => authorize(upgrade, context));
  expect(took).toBeLessThan(entries.authorize.timeoutSeconds * 1000);
  expect(took).toBeGreaterThan(0);
});

test('a connection counts as opening for as long as `authorize` and `connect` may take', () => {
  const seconds = entries.authorize.timeoutSeconds + entries.connect.timeoutSeconds;
  expect(seconds * 1000).toBeLessThanOrEqual(LONGEST_HANDSHAKE_MS);
});
