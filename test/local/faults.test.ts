import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import type { CallFault, FallibleCall, FallibleFrame, Faults } from '../../local/faults.ts';
import { isPut, startFaulty } from './faults-host.ts';
import { removeTemporaryDirectories } from './mini-assembly.ts';
import { lines, stopStacks } from './stack-host.ts';

afterEach(stopStacks);
afterAll(removeTemporaryDirectories);

/** The first call with this action suffers the fault, and no other. */
function once(action: string, fault: CallFault): Faults & { readonly asked: FallibleCall[] } {
  const asked: FallibleCall[] = [];
  const call = (each: FallibleCall) => {
    asked.push(each);
    const first = asked.filter((other) => other.action === action).length === 1;
    return each.action === action && first ? fault : undefined;
  };
  return { asked, call };
}

const logged = (pattern: RegExp) =>
  vi.waitFor(() => expect(lines.join('\n')).toMatch(pattern), { timeout: 20_000 });

describe('a function’s call to DynamoDB', () => {
  const answers: readonly [CallFault, RegExp, boolean][] = [
    ['throttled', /put: 400 .*ProvisionedThroughputExceededException/, false],
    ['failed', /put: 500 .*InternalServerError/, false],
    ['answer lost', /put: 500 .*InternalServerError/, true],
    ['answer cut', /put: no answer/, true],
  ];
  test.each(answers)('that is to be %s is answered so', async (fault, line, done) => {
    const { stack, client } = await startFaulty(once('dynamodb:PutItem', fault));
    client.send({ steps: ['put'] });
    await logged(line);
    expect(await isPut(stack)).toBe(done);
    await client.close();
  });

  const kills: readonly [CallFault, boolean][] = [
    ['killed before', false],
    ['killed after', true],
  ];
  test.each(kills)('at which the function is %s ends its environment', async (fault, done) => {
    const { stack, client } = await startFaulty(once('dynamodb:PutItem', fault));
    client.send({ steps: ['post warm', 'put', 'post never'] });
    expect(await client.next()).toEqual({ text: 'warm', events: 1 });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    expect(await isPut(stack)).toBe(done);
    expect(lines.join('\n')).toMatch(/Steps.* Runtime.ExitError: .* signal: killed/);
    client.send({ steps: ['post cold'] });
    expect(await client.next()).toEqual({ text: 'cold', events: 1 });
    await client.close();
  });

  test('is told from its other tries, and from a developer’s, who is not asked about', async () => {
    const faults = once('dynamodb:PutItem', 'failed');
    const { stack, client } = await startFaulty(faults);
    client.send({ steps: ['put'] });
    await logged(/put: 500/);
    await isPut(stack);
    expect(faults.asked).toEqual([
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
    ['answer cut', /post one: no answer/, ['one', 'two']],
  ];
  test.each(answers)('that is to be %s is answered so', async (fault, line, texts) => {
    const { client } = await startFaulty(once(action, fault));
    client.send({ steps: ['post one', 'post two'] });
    await logged(line);
    await vi.waitFor(() => expect(client.frames()).toHaveLength(texts.length), { timeout: 20_000 });
    expect(client.frames()).toEqual(texts.map((text) => ({ text, events: 1 })));
    await client.close();
  });

  test('after which the function is killed has reached the client', async () => {
    const { client } = await startFaulty(once(action, 'killed after'));
    client.send({ steps: ['post one', 'post two'] });
    expect(await client.next()).toEqual({ text: 'one', events: 1 });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    await client.close();
  });
});

describe('a function’s call to another', () => {
  const answers: readonly [CallFault, RegExp, boolean][] = [
    ['throttled', /invoke: 429 .*Rate Exceeded/, false],
    ['failed', /invoke: 500/, false],
    ['answer lost', /invoke: 500/, true],
  ];
  test.each(answers)('that is to be %s is answered so', async (fault, line, done) => {
    const { stack, client } = await startFaulty(once('lambda:InvokeFunction', fault));
    client.send({ steps: ['invoke'] });
    await logged(line);
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
    let met = false;
    const frame = (each: FallibleFrame) => {
      if (met || each.direction !== direction) return undefined;
      met = true;
      return fault;
    };
    return { frame };
  };

  test('to a client that is delayed is overtaken by the next, and its post is answered at once', async () => {
    const clock = new ManualClock(Date.now());
    const { client } = await startFaulty(firstOf('out', delayed), clock);
    client.send({ steps: ['post one', 'post two'] });
    expect(await client.next()).toMatchObject({ text: 'two' });
    await logged(/post one: 200/);
    clock.advance(delayed.ms);
    expect(await client.next()).toMatchObject({ text: 'one' });
    await client.close();
  });

  test('from a client that is delayed is handled after the next', async () => {
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
    'at which its connection is cut is lost with it, $disconnect: %s',
    async (disconnects) => {
      const { stack, client } = await startFaulty(firstOf('in', { kind: 'cut', disconnects }));
      client.send({ steps: ['put'] });
      expect((await client.closed).code).toBe(1006);
      await stack.settled();
      expect(stack.connectionCount).toBe(0);
      const told = () => lines.some((line) => line.includes('disconnected'));
      // A function's lines come by another way than its answer.
      if (disconnects) await vi.waitFor(() => expect(told()).toBe(true));
      else expect(told()).toBe(false);
      expect(await isPut(stack)).toBe(false);
    },
  );

  test('to a client at which its connection is cut was taken, as far as the function can know', async () => {
    const { client } = await startFaulty(firstOf('out', { kind: 'cut', disconnects: true }));
    client.send({ steps: ['post one', 'post two'] });
    await client.closed;
    await logged(/post two: 410/);
    expect(lines.join('\n')).toMatch(/post one: 200/);
    expect(client.frames()).toEqual([]);
  });
});

test('without faults an environment has its function’s own session token', async () => {
  const { client } = await startFaulty({});
  client.send({ steps: ['put', 'post one'] });
  expect(await client.next()).toMatchObject({ text: 'one' });
  await client.close();
});
