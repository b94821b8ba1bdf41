import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FunctionError, lateAnswer } from '../../../functions/aws/lambda.ts';
import type { Draft } from '../../../functions/domain/draft.ts';
import { beforeSendHook } from '../../../functions/gateway/before-send.ts';
import { openEmbeddedApp } from '../../support/embedded-app.ts';
import { alice, draft } from '../../support/sample.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:Check';

let log = vi.spyOn(console, 'error');
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns the hook, and the call of the function that it makes. */
function hookWith(answer: unknown, onFailure: 'allow' | 'refuse' = 'refuse') {
  const call = vi.fn(async (_name: string, _request: unknown): Promise<unknown> => answer);
  return { call, ask: beforeSendHook({ function: FUNCTION, timeoutMs: 2_000, onFailure }, call) };
}

const reasons = () => log.mock.calls.map(([line]) => line.reason);

describe('the request', () => {
  const request = async (fields: Partial<Draft>) => {
    const { call, ask } = hookWith({ allow: true });
    await ask({ ...draft, ...fields });
    return call.mock.calls;
  };

  test('of a new message has all fields, null for those that the message lacks', async () => {
    const expected = {
      version: 1,
      action: 'send',
      room: { id: '7', kind: 'group' },
      user: { id: '1', name: 'alice', guest: false },
      text: 'hi',
      type: 'text',
      file: null,
      data: null,
      replyTo: null,
      mentions: [],
      clientId: null,
      messageId: null,
    };
    expect(await request({})).toEqual([[FUNCTION, expected]]);
  });

  test('of an edit in a direct room contains the file, the data and the ids', async () => {
    const file = { id: '3f1c', hold: 'h', name: 'a.png', contentType: 'image/png', size: 6 };
    const data = { order: 7 };
    const edit = {
      room: 'direct:1:2',
      edited: 63,
      type: 'file',
      file,
      data,
      replyTo: 60,
      clientId: 'c-1',
    } as const;
    expect(await request(edit)).toMatchObject([
      [
        FUNCTION,
        {
          action: 'edit',
          room: { id: 'direct:1:2', kind: 'direct' },
          type: 'file',
          file: { name: 'a.png', contentType: 'image/png', size: 6 },
          data,
          replyTo: 60,
          clientId: 'c-1',
          messageId: 63,
        },
      ],
    ]);
    expect(JSON.stringify(await request(edit))).not.toContain('hold');
  });

  test('names the user as other members see them', async () => {
    const by = { ...alice, name: 'Alice Ho' };
    expect(await request({ by })).toMatchObject([[FUNCTION, { user: { id: '1', name: 'Alice Ho' } }]]);
  });

  test('marks a guest', async () => {
    const by = { ...alice, guest: true } as const;
    expect(await request({ by })).toMatchObject([
      [FUNCTION, { user: { id: '1', name: 'alice', guest: true } }],
    ]);
  });
});

describe('a valid answer', () => {
  test.each([
    [{ allow: true }, { allow: true }],
    [
      { allow: true, text: 'h*' },
      { allow: true, text: 'h*' },
    ],
    [
      { allow: true, text: 'a\ud83d' },
      { allow: true, text: 'a\ufffd' },
    ],
    [
      { allow: true, data: { flag: [1, 'x'] } },
      { allow: true, data: { flag: [1, 'x'] } },
    ],
    [
      { allow: true, data: null },
      { allow: true, data: null },
    ],
    [{ allow: false }, { allow: false }],
    [
      { allow: false, reason: 'No links.' },
      { allow: false, reason: 'No links.' },
    ],
  ])('%j counts', async (answer, expected) => {
    await expect(hookWith(answer).ask(draft)).resolves.toEqual(expected);
    expect(log).not.toHaveBeenCalled();
  });

  test('may leave the text empty if there is a file', async () => {
    const file = { name: 'a.png', contentType: 'image/png', size: 6 };
    const { ask } = hookWith({ allow: true, text: '' });
    await expect(ask({ ...draft, file })).resolves.toEqual({ allow: true, text: '' });
  });

  test.each([
    ['in one line', 'No\r\n links,\u2028please\t', 'No links, please'],
    [
      'without invisible characters and marks of direction',
      '\u202eNo\u200b links\u0000\u001b[31m',
      'No links[31m',
    ],
    ['with the joiners of emoji', '👩‍🚀 only', '👩‍🚀 only'],
    ['without lone surrogates', 'No \ud83d', 'No \ufffd'],
    ['of at most 300 characters', '😀'.repeat(301), `${'😀'.repeat(299)}…`],
    ['of exactly 300 characters', '😀'.repeat(300), '😀'.repeat(300)],
    ['of nothing, which the default sentence replaces', ' \u200b\n', undefined],
  ])('has a reason %s', async (_how, reason, expected) => {
    const refusal = { allow: false, ...(expected !== undefined && { reason: expected }) };
    await expect(hookWith({ allow: false, reason }).ask(draft)).resolves.toEqual(refusal);
  });
});

const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });

describe('a malformed answer is a failure:', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['a list', [{ allow: true }]],
    ['no decision', {}],
    ['a decision that is a text', { allow: 'true' }],
    ['an unknown field', { allow: true, txt: 'h*' }],
    ['a text that is a number', { allow: true, text: 7 }],
    ['a blank text', { allow: true, text: ' \n' }],
    ['a text that is too long', { allow: true, text: 'a'.repeat(8_001) }],
    ['a text with a NUL character', { allow: true, text: 'a\0' }],
    ['data that is a list', { allow: true, data: [1] }],
    ['data that is too large', { allow: true, data: { a: 'a'.repeat(2_048) } }],
    ['data that is too deep', { allow: true, data: nested(20) }],
    ['a text for a refused message', { allow: false, text: 'h*' }],
    ['a reason for an accepted message', { allow: true, reason: 'No' }],
    ['a reason that is not a string', { allow: false, reason: { en: 'No' } }],
  ])('%s', async (_what, answer) => {
    await expect(hookWith(answer).ask(draft)).resolves.toBeNull();
    await expect(hookWith(answer, 'allow').ask(draft)).resolves.toEqual({ allow: true });
    const reason =
      'Message not checked: the answer of the function is malformed. See docs/hooks.md for its fields.';
    expect(reasons()).toEqual([reason, reason]);
  });
});

test.each([
  ['lists within lists', '['.repeat(60_000) + ']'.repeat(60_000)],
  ['data of lists within lists', `{"allow":true,"data":{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}}`],
  ['another prototype', '{"allow":true,"__proto__":{"text":"h*"}}'],
  ['many unknown fields', `{"allow":true${',"a":1'.repeat(20_000)}}`],
])('an answer with %s is malformed', async (_what, json) => {
  await expect(hookWith(JSON.parse(json)).ask(draft)).resolves.toBeNull();
});

test('data with the key __proto__ is stored as it is, and changes no prototype', async () => {
  const answer = '{"allow":true,"data":{"__proto__":{"guest":true}}}';
  expect(JSON.stringify(await hookWith(JSON.parse(answer)).ask(draft))).toBe(answer);
  expect(({} as Record<string, unknown>)['guest']).toBeUndefined();
});

const named = (name: string) => Object.assign(new Error('secret'), { name, $fault: 'client' });

describe.each<[string, Error, string]>([
  ['a failed function', new FunctionError('secret_key', 'failed'), 'the function failed'],
  ['no answer in time', lateAnswer(), 'the function did not answer in time'],
  [
    'an answer that is no JSON',
    new FunctionError('AnswerNotJson', 'malformed'),
    'the answer of the function is malformed',
  ],
  [
    'an answer that is too large',
    new FunctionError('AnswerTooLarge', 'tooLarge'),
    'the answer of the function is too large',
  ],
  ['throttling', named('TooManyRequestsException'), 'Lambda throttled the invocation'],
  ['a missing grant', named('AccessDeniedException'), 'the chat may not invoke the function'],
  ['a missing function', named('ResourceNotFoundException'), 'Lambda did not invoke the function'],
  ['an unreachable Lambda', named('NoResponse'), 'Lambda did not invoke the function'],
  // A bundle of the AWS SDK has error classes of its own.
  [
    'an error of another bundle',
    Object.assign(new Error('secret'), { failure: 'late' }),
    'the function did not answer in time',
  ],
])('%s', (_what, error, cause) => {
  test.each([
    ['refuse', null],
    ['allow', { allow: true }],
  ] as const)(
    'with onFailure %s resolves to %j, and logs the kind of failure only',
    async (onFailure, outcome) => {
      const { call, ask } = hookWith(undefined, onFailure);
      call.mockRejectedValue(error);
      await expect(ask({ ...draft, text: 'secret' })).resolves.toEqual(outcome);
      expect(reasons()).toEqual([expect.stringContaining(`Message not checked: ${cause}. `)]);
      expect(log.mock.calls).toMatchObject([[{ fault: 'beforeSend', error: 'BeforeSendError' }]]);
      expect(JSON.stringify(log.mock.calls)).not.toContain('secret');
    },
  );
});

test('a failure is logged once and counted as one fault and one refusal, including by REST', async () => {
  const written: unknown[] = [];
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'http');
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(line) > 0);
  const app = await openEmbeddedApp({ beforeSend: hookWith({}).ask });
  try {
    await app.makeRoom('lunch', 'ann');
    const sent = await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'hi' });
    expect(sent).toMatchObject({ status: 503, body: { error: 'CHECK_FAILED' } });
  } finally {
    stdout.mockRestore();
    vi.unstubAllEnvs();
    app.database.close();
  }
  expect(log.mock.calls.map(([line]) => line.fault)).toEqual(['beforeSend']);
  const lines = written.map((line) => JSON.parse(String(line)));
  expect(lines.filter(({ Faults }) => Faults)).toHaveLength(1);
  expect(lines.filter(({ Refusals }) => Refusals)).toMatchObject([{ Code: 'CHECK_FAILED' }]);
});
