import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failuresOf } from '../../bin/verify/check.ts';
import { verifyDeployment } from '../../bin/verify/verify-deployment.ts';
import type { FallibleFrame } from '../../local/faults.ts';
import { usualOrLong } from '../support/long.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

type Resources = Record<string, Resource>;

/** Changes the next deployed template. */
let plant: (resources: Resources) => void = () => {};
let dropped: (frame: FallibleFrame) => boolean = () => false;

const synthesizer = testSynthesizer({ rateLimit: 'off', awsClient: 'signed' });
let stack: TestStack;

let assembly: string | undefined;
let intact: string | undefined;

/** Synthesizes once. All deploys use the same code, so functions stay warm, and each has its own planted fault. */
async function synthesize(context: Record<string, unknown>): Promise<string> {
  assembly ??= await synthesizer.synthesize(context);
  const [file = ''] = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  const path = join(assembly, file);
  intact ??= readFileSync(path, 'utf8');
  const template = JSON.parse(intact) as { Resources: Resources };
  plant(template.Resources);
  writeFileSync(path, JSON.stringify(template));
  return assembly;
}

beforeAll(async () => {
  const frame = (each: FallibleFrame) => (dropped(each) ? ({ kind: 'dropped' } as const) : undefined);
  stack = await startTestStack({ synthesize, faults: { frame } });
});

afterAll(async () => {
  // The planted missing grant is logged as denied. Any other denial fails the test.
  const planted = /^(AccessDenied: function Edit\w* may not call dynamodb:UpdateItem .*\n?)+$/;
  await stack?.stop().catch((error: Error) => expect(error.message).toMatch(planted));
  synthesizer.dispose();
});

const tokens = async () =>
  [{ token: await stack.token('alice') }, { token: await stack.token('bob') }] as const;

const byPassword = [
  { username: 'alice', password: 'alice' },
  { username: 'bob', password: 'bob' },
] as const;

async function brokenPromises(timeoutMs: number) {
  const results = await verifyDeployment({
    url: stack.stack.edgeUrl,
    users: byPassword,
    timeoutMs,
    idleMs: 0,
  });
  return { results, failures: failuresOf(results) };
}

/** Resolves to the messages of each room that the program has created. */
const messagesOfRooms = async () => {
  const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
  const call = async (path: string) =>
    (await (await fetch(`${stack.stack.edgeUrl}${path}`, { headers })).json()) as Record<string, never[]>;
  const rooms: { id: number; name: string }[] = (await call('/api/chats/'))['chats'] ?? [];
  const own = rooms.filter(({ name }) => name === 'Parley verification');
  const pages = await Promise.all(own.map(({ id }) => call(`/api/chats/${id}/messages/`)));
  return pages.map(({ messages }) => messages);
};

test('finds every promise kept on the local stack', async () => {
  const { results, failures } = await brokenPromises(20_000);
  expect(failures).toEqual([]);
  expect(results.filter(({ outcome }) => outcome !== 'kept')).toEqual([]);
});

describe('finds a planted fault:', () => {
  const testLong = test.runIf(usualOrLong(false, true));
  const deploy = async (change: typeof plant) => {
    plant = change;
    await stack.stack.reload();
  };

  const routeless = (key: string) => (resources: Resources) => {
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      if (Type === 'AWS::ApiGatewayV2::Route' && Properties['RouteKey'] === key) delete resources[id];
    }
  };

  testLong('the route $default is left out', async () => {
    await deploy(routeless('$default'));
    const { failures } = await brokenPromises(3_000);
    expect(failures.join('\n')).toMatch(
      /^Broken: history by socket and by REST: the server answered Forbidden .*\. Look at .*grant/m,
    );
  });

  testLong('the function edit may not update the chat table', async () => {
    await deploy((resources) => {
      for (const [id, { Properties }] of Object.entries(resources)) {
        if (!/^EditRoleDefaultPolicy/.test(id)) continue;
        const document = JSON.stringify(Properties['PolicyDocument']);
        const without = document.replaceAll('"dynamodb:UpdateItem"', '"dynamodb:DescribeTable"');
        Object.assign(Properties, { PolicyDocument: JSON.parse(without) });
      }
    });
    const { failures } = await brokenPromises(3_000);
    expect(failures.join('\n')).toMatch(/^Broken: edit: the server answered INTERNAL .*function edit/m);
  });

  test('one frame to a member is dropped', async () => {
    await deploy(() => {});
    let count = 0;
    dropped = ({ direction, data }) =>
      direction === 'out' && data.includes('chat_message') && data.includes('message 3 of') && ++count === 2;
    const { failures } = await brokenPromises(3_000);
    dropped = () => false;
    expect(count).toBeGreaterThan(1);
    expect(failures.join('\n')).toMatch(/^Broken: time from send to .* did not arrive/m);
  });
});

describe('the command', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const path = fileURLToPath(new URL('../../bin/verify.ts', import.meta.url));
      execFile(process.execPath, [path, ...args], (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });

  test('prints a table, never a credential, exits with 0, reuses its room and deletes its messages', async () => {
    const [author, other] = await tokens();
    // A token from a file ends in a newline.
    const args = ['--token', `${author.token}\n`, '--other-token', other.token, '--idle-seconds', '0'];
    const { code, stdout, stderr } = await run(stack.stack.edgeUrl, ...args);
    expect(stdout).toMatch(/^promise +result +time\n/);
    expect(stdout).toMatch(/^send: both users receive the message +kept +\d+ ms$/m);
    expect(stdout).toMatch(/^sign-in with a password +not checked +\d+ ms {2}only tokens were given$/m);
    expect(stdout).toMatch(/^\d+ promises: 0 broken, 2 not checked\.$/m);
    expect(code).toBe(0);
    for (const secret of [author.token, other.token, 'eyJ']) expect(stdout + stderr).not.toContain(secret);
    expect(await messagesOfRooms()).toEqual([[]]);
  });

  test('exits with 1 and says what to look at when the deployment does not answer', async () => {
    const args = ['--token', 'to\nken', '--other-user', 'bob', '--other-password', 'se-cret'];
    const { code, stdout, stderr } = await run('http://127.0.0.1:9', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Broken: the page and its script: .*\. Look at .*\.$/m);
    // Node names an invalid header value in its error.
    expect(stdout).toContain('"Bearer …" is an invalid header value');
    expect(stdout + stderr).not.toMatch(/se-cret|to\nken/);
  });

  test.each([
    ['without a URL', [], 'the arguments are not one URL'],
    ['without a second user', ['http://127.0.0.1:9', '--token', 'x'], 'the other test user has no token'],
  ])('explains its options %s', async (_how, args, why) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(`Could not verify the deployment: ${why}`);
    expect(stderr).toContain('PARLEY_OTHER_TOKEN');
  });
});
