import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openSynthesizer } from '../../bin/synthesize.ts';
import { said } from '../support/chat.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './mini-assembly.ts';

afterAll(removeTemporaryDirectories);

describe('the synthesized app', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.stop());

  const open = async (user: string, room = '1') =>
    connect(`${stack.socketUrl}?room=${room}`, {
      headers: { Authorization: `Bearer ${await stack.token(user)}` },
    });

  test('delivers a message from alice to bob without a denied call', async () => {
    const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
    alice.send({ action: 'send', message: 'Hello' });
    expect(await bob.next(said('Hello'))).toMatchObject({ type: 'chat_message' });
    await Promise.all([alice.close(), bob.close()]);
    await stack.settled();
    expect(stack.lines.filter((line) => /AccessDenied|may not invoke/.test(line))).toEqual([]);
  });

  test('refuses a non-member with 403 and an invalid token with 401', async () => {
    await expect(open('dave')).rejects.toMatchObject({ status: 403 });
    const bad = connect(`${stack.socketUrl}?room=1`, { headers: { Authorization: 'Bearer none' } });
    await expect(bad).rejects.toMatchObject({ status: 401 });
  });

  test('has only resource types that the local stack supports', () => {
    expect(stack.stack.unsupported).toEqual([]);
  });
});

test('a synthesized assembly contains the bundles, but no archives of the CDK’s own functions', async () => {
  const synthesizer = openSynthesizer();
  onTestFinished(() => synthesizer.dispose());
  const names = readdirSync(await synthesizer.synthesize({}), { recursive: true, encoding: 'utf8' });
  expect(names).toContainEqual(expect.stringMatching(/^asset\.\w+\/index\.mjs$/));
  expect(names.filter((name) => name.endsWith('.zip'))).toEqual([]);
});

const project = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('npm start', () => {
  const env = {
    ...process.env,
    PARLEY_PORT: '0',
    PARLEY_SOCKET_PORT: '0',
    PARLEY_DYNAMODB_PORT: '0',
    PARLEY_SERVICES_PORT: '0',
  };

  test('says what to open and how to sign in, issues tokens, and exits with 0 on Ctrl-C', async () => {
    const port = String(await freePort());
    const own = { ...env, PARLEY_SERVICES_PORT: port };
    const data = temporaryDirectory();
    const child = spawn(process.execPath, ['bin/local.ts', '--data', data], { cwd: project, env: own });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const output = await textUntil(child.stdout, 'Ctrl-C');
    expect(output).toMatch(
      /^Parley runs on this machine\.\n\n {2}Open http:\/\/localhost:\d+ and sign in as alice with the password alice\./,
    );
    expect(output).toMatch(
      /npx wscat -c ws:\/\/localhost:\d+\/ws\/chat\/1\/ -H "Authorization: Bearer \$\(PARLEY_SERVICES_PORT=\d+ npm run -s token -- alice\)"/,
    );
    expect(output).not.toMatch(/ey[\w-]{20}/);

    const token = await run(process.execPath, ['bin/token.ts', 'alice'], { cwd: project, env: own });
    expect(token).toEqual({ stdout: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/), stderr: '' });
    await expect(
      run(process.execPath, ['bin/token.ts', 'eve'], { cwd: project, env: own }),
    ).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Could not get a token for eve: .*alice.*\.\n$/),
    });

    child.kill('SIGINT');
    expect(await exited).toBe(0);
  });

  test.each([
    [
      'an unknown flag',
      ['bin/local.ts', '--loud'],
      {},
      /^Could not start the local stack: .*--loud.*\. .*\n$/,
    ],
    [
      'another DynamoDB that is no URL',
      ['bin/local.ts', '--memory'],
      { DYNAMODB_ENDPOINT: 'x' },
      /^Could not open DynamoDB: .*\. .*\n$/,
    ],
    [
      'a setting that the app refuses',
      ['bin/local.ts', '--memory', '--context', 'logRetentionDays=x'],
      {},
      /^[^\n]*logRetentionDays[^\n]*\n$/,
    ],
    [
      'a token without a stack',
      ['bin/token.ts', 'alice'],
      { PARLEY_SERVICES_PORT: '9' },
      /^Could not get a token: no local stack .*\. .*\n$/,
    ],
    ['a token of nobody', ['bin/token.ts'], {}, /^Could not get a token: no user is named\. .*\n$/],
  ])('%s is one line and exit 1', async (_name, args, own, message) => {
    const started = run(process.execPath, args, { cwd: project, env: { ...env, ...own } });
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  });
});

function textUntil(stream: NodeJS.ReadableStream, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(end)) resolve(text);
    });
    stream.once('end', () => reject(new Error(`Output ended without ${end}: ${text}`)));
  });
}
