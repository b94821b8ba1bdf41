import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter } from '../support/chat.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

const portOf = (url: string) => new URL(url).port;

/** Runs a script of `bin/` against the running stack, as `npm run` does. */
function run(script: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    PARLEY_SERVICES_PORT: portOf(stack.stack.servicesUrl),
    PARLEY_DYNAMODB_PORT: portOf(stack.dynamodbUrl),
  };
  const path = fileURLToPath(new URL(`../../bin/${script}.ts`, import.meta.url));
  return promisify(execFile)(process.execPath, [path, ...args], { env });
}

test('creates a room in which only its members can chat', async () => {
  const made = await run('room', 'lunch', '--name', 'Lunch', '1:owner', '4');
  expect(made.stdout).toBe('Room lunch has 1 (owner), 4 (member)\n');
  const dave = await enter(stack, 'dave', 'room=lunch');
  await dave.say('soup?');
  await expect(enter(stack, 'bob', 'room=lunch')).rejects.toMatchObject({ status: 403 });
  await dave.close();
});

test('adds members to an existing room and keeps its messages', async () => {
  await run('room', 'again', '1:owner');
  const alice = await enter(stack, 'alice', 'room=again');
  await alice.say('still here');
  await run('room', 'again', '2:moderator');
  const bob = await enter(stack, 'bob', 'room=again');
  expect(bob.history).toMatchObject([{ text: 'still here' }]);
  await Promise.all([alice.close(), bob.close()]);
});

test.concurrent.each([
  ['without members', ['empty']],
  ['with an empty user id', ['x', '']],
  ['with an unknown role', ['x', '5:admin']],
  ['with an id that URLs resolve', ['..', '1']],
  ['with an id of 301 bytes', ['x'.repeat(301), '1']],
  ['with a control character in a user id', ['x', 'a\nb:member']],
  ['with the id of an inbox', ['#1', '1']],
  ['of two users in the wrong order', ['direct:3:2', '3', '2']],
  ['of two users and a third', ['direct:1:2', '1', '2', '3']],
])('rejects a room %s with one line', async (_how, args) => {
  await expect(run('room', ...args)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Could not create the room: .*\n$/),
  });
});

test('prints a token and nothing else', async () => {
  const { stdout } = await run('token', 'alice');
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  await expect(run('token', 'eve')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('alice'),
  });
});
