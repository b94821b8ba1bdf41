import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { listenLoopback } from '../../local/edge/listen-loopback.ts';

const made: Server[] = [];
const make = () => {
  const server = createServer();
  made.push(server);
  return server;
};
const named = { what: 'Edge', variable: 'PARLEY_PORT' };

afterEach(async () => {
  for (const server of made.splice(0)) {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
});

const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address));
const hasIpv6 = addresses.includes('::1');

function listen(host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = make();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

test('one port is bound on every loopback address that the machine has', async () => {
  const { port, servers } = await listenLoopback(make, 0, named);
  expect(port).toBeGreaterThan(0);
  expect(servers.map((server) => server.address())).toEqual([
    { address: '127.0.0.1', family: 'IPv4', port },
    ...(hasIpv6 ? [{ address: '::1', family: 'IPv6', port }] : []),
  ]);
});

test('a taken port is one line that names the setting', async () => {
  const port = await listen('127.0.0.1');
  await expect(listenLoopback(make, port, named)).rejects.toThrow(
    `Edge did not start: port ${port} is taken; stop what uses it or set PARLEY_PORT`,
  );
});

test.runIf(hasIpv6)('a port that is taken on ::1 alone is taken: localhost may be either', async () => {
  const port = await listen('::1');
  await expect(listenLoopback(make, port, named)).rejects.toThrow(`port ${port} is taken`);
  expect(made.filter(({ listening }) => listening)).toHaveLength(1);
});

test('a port that may not be bound is one line too', async () => {
  const refusing = () => {
    const server = make();
    server.listen = () => {
      const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
      queueMicrotask(() => server.emit('error', error));
      return server;
    };
    return server;
  };
  await expect(listenLoopback(refusing, 80, named)).rejects.toThrow(
    'Edge did not start: port 80 cannot be used (EACCES); set another in PARLEY_PORT',
  );
});
