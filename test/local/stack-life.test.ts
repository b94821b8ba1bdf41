import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { connect } from '../support/ws-client.ts';
import { temporaryDirectory, writeAssembly } from './mini-assembly.ts';
import { app, lines, start, useStackHost } from './stack-host.ts';

useStackHost();

describe('a reload', () => {
  test('switches open sockets to the new code', async () => {
    let word = 'one';
    const stack = await start(async () => writeAssembly(app(word)));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    expect(await client.next()).toMatchObject({ word: 'one' });
    await stack.settled();
    word = 'two';
    await stack.reload();
    client.send({ action: 'anything' });
    expect(await client.next()).toMatchObject({ word: 'two' });
    expect(stack.connectionCount).toBe(1);
    await client.close();
  });

  test('that fails leaves the old code in use', async () => {
    let broken = false;
    const stack = await start(async () => (broken ? temporaryDirectory() : writeAssembly(app('one'))));
    const client = await connect(stack.socketUrl);
    broken = true;
    await expect(stack.reload()).rejects.toThrow(/manifest\.json cannot be read\. /);
    client.send({ action: 'anything' });
    expect(await client.next()).toMatchObject({ word: 'one' });
    await client.close();
  });

  test('can change one function after the other, each first with its old variables', async () => {
    const says = (word: string) =>
      `export const handler = async () => { console.log('${word} ' + process.env.WORD); return { statusCode: 200 }; };`;
    const version = (word: string) => {
      const { functions, ...rest } = app('echo');
      const mini = (variables: Record<string, unknown>) => ({ code: says(word), variables });
      return {
        ...rest,
        // Frames' variables name Helper, so CloudFormation changes Helper first.
        functions: {
          ...functions,
          Frames: { ...mini({ WORD: word, HELPER: { Ref: 'Helper' } }), routes: ['frame'] },
          Helper: mini({ WORD: word }),
        },
      };
    };
    let word = 'one';
    const stack = await start(async () => writeAssembly(version(word)));
    const client = await connect(stack.socketUrl);
    const used = async () => {
      client.send({ action: 'frame' });
      await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0));
      return lines.splice(0).join();
    };
    expect(await used()).toBe('[Frames] one one');
    word = 'two';
    const steps: string[] = [];
    await stack.reload(async (step) => {
      steps.push(`${step}: ${await used()}`);
    });
    expect(steps).toEqual([
      'code of Helper: [Frames] one one',
      'settings of Helper: [Frames] one one',
      'code of Frames: [Frames] two one',
      'settings of Frames: [Frames] two two',
      'all but the functions: [Frames] two two',
    ]);
    expect(stack.connectionCount).toBe(1);
    await client.close();
  });

  test('revokes a grant at once, without a new environment', async () => {
    let overrides: { statements?: [] } = {};
    const stack = await start(async () => writeAssembly(app('one', overrides)));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    await client.next();
    await stack.settled();
    overrides = { statements: [] };
    await stack.reload();
    client.send({ action: 'anything' });
    await vi.waitFor(() => expect(lines.join('\n')).toContain('[Echo] posted 403'));
    expect(stack.environmentCount('Echo')).toBe(1);
    await client.close();
  });
});

describe('a stack', () => {
  test('closes every socket with 1001 when it stops, and frees its ports', async () => {
    const stack = await start(async () => writeAssembly(app('one')));
    const client = await connect(stack.socketUrl);
    await stack.stop();
    expect(await client.closed).toMatchObject({ code: 1001 });
    await expect(fetch(stack.servicesUrl)).rejects.toThrow();
    await expect(fetch(stack.dynamodbUrl)).rejects.toThrow();
    await stack.stop();
  });

  test.each([
    ['edge', 'PARLEY_PORT'],
    ['socket', 'PARLEY_SOCKET_PORT'],
    ['dynamodb', 'PARLEY_DYNAMODB_PORT'],
    ['services', 'PARLEY_SERVICES_PORT'],
  ] as const)('does not start if the %s port is taken', async (taken, variable) => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ports = { edge: 0, socket: 0, dynamodb: 0, services: 0, [taken]: port };
    const starting = start(async () => writeAssembly(app('one')), { ports });
    await expect(starting).rejects.toThrow(
      new RegExp(`did not start: port ${port} is already in use\\. .* ${variable}\\.$`),
    );
    await new Promise((resolve) => blocker.close(resolve));
  });

  test('releases its directory if the template is broken', async () => {
    const directory = temporaryDirectory();
    const broken = start(async () => temporaryDirectory(), { directory });
    await expect(broken).rejects.toThrow(/Could not read the template/);
    const stack = await start(async () => writeAssembly(app('one')), { directory });
    expect(stack.tables).toEqual(['Rooms']);
    await expect(start(async () => writeAssembly(app('one')), { directory })).rejects.toThrow(
      /another stack uses/,
    );
  });
});
