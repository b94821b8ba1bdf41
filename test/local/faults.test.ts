import { describe, expect, test, vi } from 'vitest';
import type { CallFault, FallibleCall, FallibleFrame, Faults } from '../../local/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { hasItem, startFaulty } from './faults-host.ts';
import { lines, useStackHost } from './stack-host.ts';

useStackHost();

/** Injects the fault into the first call with this action, and records all calls. */
function once(action: string, fault: CallFault): Faults & { readonly seen: FallibleCall[] } {
  const seen: FallibleCall[] = [];
  const call = (each: FallibleCall) => {
    seen.push(each);
    const first = seen.filter((other) => other.action === action).length === 1;
    return each.action === action && first ? fault : undefined;
  };
  return { seen, call };
}

const logged = (pattern: RegExp) =>
  vi.waitFor(() => expect(lines.join('\n')).toMatch(pattern), { timeout: 20_000 });

describe('a function’s call to DynamoDB', () => {
  const answers: readonly [CallFault, RegExp, boolean][] = [
    ['throttled', /put: 400 .*ProvisionedThroughputExceededException/, false],
    ['failed', /put: 500 .*InternalServerError/, false],
    ['answer lost', /put: 500 .*InternalServerError/, true],
    ['answer cut', /put: no response/, true],
  ];
  test.each(answers)('gets the response of a call that is %s', async (fault, line, done) => {
    const { stack, client } = await startFaulty(once('dynamodb:PutItem', fault));
    client.send({ steps: ['put'] });
    await logged(line);
    expect(await hasItem(stack)).toBe(done);
    await client.close();
  });

  const kills: readonly [CallFault, boolean][] = [
    ['killed before', false],
    ['killed after', true],
  ];
  test.each(kills)('ends the environment when the function is %s', async (fault, done) => {
    const { stack, client } = await startFaulty(once('dynamodb:PutItem', fault));
    client.send({ steps: ['post warm', 'put', 'post never'] });
    expect(await client.next()).toEqual({ text: 'warm', events: 1 });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    expect(await hasItem(stack)).toBe(done);
    expect(lines.join('\n')).toMatch(/Steps.* Runtime.ExitError: .* signal: killed/);
    client.send({ steps: ['post cold'] });
    expect(await client.next()).toEqual({ text: 'cold', events: 1 });
    await client.close();
  });

  test('is described with the number of its attempt, and a call of a developer gets no fault', async () => {
    const faults = once('dynamodb:PutItem', 'failed');
    const { stack, client } = await startFaulty(faults);
    client.send({ steps: ['put'] });
    await logged(/put: 500/);
    await hasItem(stack);
    expect(faults.seen).toEqual([
      {
        functionName: 'Steps',
        action: 'dynamodb:PutItem',
        resource: expect.stringMatching(/^arn:aws:dynamodb:.*:table\//),
        invocation: 'call-1',
        attempt: 2,
      },
    ]);
    await client.close();
  });
});

describe('a function’s post to a connection', () => {
  const action = 'execute-api:ManageConnections';
  const answers: readonly [CallFault, RegExp, readonly string[]][] = [
    ['throttled', /post one: 429/, ['two']],
    ['failed', /post one: 500/, ['two']],
    ['answer lost', /post one: 500/, ['one', 'two']],
    ['answer cut', /post one: no response/, ['one', 'two']],
  ];
  test.each(answers)('gets the response of a call that is %s', async (fault, line, texts) => {
    const { client } = await startFaulty(once(action, fault));
    client.send({ steps: ['post one', 'post two'] });
    await logged(line);
    await vi.waitFor(() => expect(client.frames()).toHaveLength(texts.length), { timeout: 20_000 });
    expect(client.frames()).toEqual(texts.map((text) => ({ text, events: 1 })));
    await client.close();
  });

  test('reaches the client if the function is killed after it', async () => {
    const { client } = await startFaulty(once(action, 'killed after'));
    client.send({ steps: ['post one', 'post two'] });
    expect(await client.next()).toEqual({ text: 'one', events: 1 });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    await client.close();
  });
});

describe('a function’s invocation of another function', () => {
  const answers: readonly [CallFault, RegExp, boolean][] = [
    ['throttled', /invoke: 429 .*Rate Exceeded/, false],
    ['failed', /invoke: 500/, false],
    ['answer lost', /invoke: 500/, true],
  ];
  test.each(answers)('gets the response of a call that is %s', async (fault, line, done) => {
    const { stack, client } = await startFaulty(once('lambda:InvokeFunction', fault));
    client.send({ steps: ['invoke'] });
    await logged(line);
    // A function's output may arrive after its response.
    if (done) await logged(/invoked/);
    await stack.settled();
    expect(lines.some((each) => each.includes('invoked'))).toBe(done);
    await client.close();
  });
});

describe('a frame', () => {
  const delayed = { kind: 'delayed', ms: 150 } as const;
  const firstOf = (
    direction: FallibleFrame['direction'],
    fault: ReturnType<NonNullable<Faults['frame']>>,
  ) => {
    let injected = false;
    const frame = (each: FallibleFrame) => {
      if (injected || each.direction !== direction) return undefined;
      injected = true;
      return fault;
    };
    return { frame };
  };

  test('to a client can be delayed: its post succeeds at once, and the next frame overtakes it', async () => {
    const clock = new ManualClock(Date.now());
    const { client } = await startFaulty(firstOf('out', delayed), clock);
    client.send({ steps: ['post one', 'post two'] });
    expect(await client.next()).toMatchObject({ text: 'two' });
    await logged(/post one: 200/);
    clock.advance(delayed.ms);
    expect(await client.next()).toMatchObject({ text: 'one' });
    await client.close();
  });

  test('from a client is handled after the next frame if it is delayed', async () => {
    const clock = new ManualClock(Date.now());
    const { client } = await startFaulty(firstOf('in', delayed), clock);
    client.send({ steps: ['post one'] });
    client.send({ steps: ['post two'] });
    expect(await client.next()).toMatchObject({ text: 'two' });
    clock.advance(delayed.ms);
    expect(await client.next()).toMatchObject({ text: 'one' });
    await client.close();
  });

  test.each([true, false])(
    'from a client is lost if the connection is cut, with $disconnect: %s',
    async (disconnects) => {
      const { stack, client } = await startFaulty(firstOf('in', { kind: 'cut', disconnects }));
      client.send({ steps: ['put'] });
      expect((await client.closed).code).toBe(1006);
      await stack.settled();
      expect(stack.connectionCount).toBe(0);
      const disconnected = () => lines.some((line) => line.includes('disconnected'));
      // A function's output may arrive after its response.
      if (disconnects) await vi.waitFor(() => expect(disconnected()).toBe(true));
      else expect(disconnected()).toBe(false);
      expect(await hasItem(stack)).toBe(false);
    },
  );

  test('to a client is lost if the connection is cut, although the post succeeds', async () => {
    const { client } = await startFaulty(firstOf('out', { kind: 'cut', disconnects: true }));
    client.send({ steps: ['post one', 'post two'] });
    await client.closed;
    await logged(/post two: 410/);
    expect(lines.join('\n')).toMatch(/post one: 200/);
    expect(client.frames()).toEqual([]);
  });
});

test('without faults, an environment has its function’s session token', async () => {
  const { client } = await startFaulty({});
  client.send({ steps: ['put', 'post one'] });
  expect(await client.next()).toMatchObject({ text: 'one' });
  await client.close();
});
