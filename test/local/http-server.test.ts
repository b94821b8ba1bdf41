import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { bindLocalhost } from '../../local/http-server.ts';

const created: Server[] = [];
const create = () => {
  const server = createServer();
  created.push(server);
  return server;
};
const name = { name: 'Edge', variable: 'PARLEY_PORT' };

afterEach(async () => {
  for (const server of created.splice(0)) {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
});

const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address));
const hasIpv6 = addresses.includes('::1');

function listen(host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = create();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

test('binds one port on every loopback address of the machine', async () => {
  const { port, servers } = await bindLocalhost(create, 0, name);
  expect(port).toBeGreaterThan(0);
  expect(servers.map((server) => server.address())).toEqual([
    { address: '127.0.0.1', family: 'IPv4', port },
    ...(hasIpv6 ? [{ address: '::1', family: 'IPv6', port }] : []),
  ]);
});

test('names the variable to set when the port is in use', async () => {
  const port = await listen('127.0.0.1');
  await expect(bindLocalhost(create, port, name)).rejects.toThrow(
    `Edge did not start: port ${port} is already in use. Stop the process that uses it or set PARLEY_PORT.`,
  );
});

test.runIf(hasIpv6)(
  'rejects a port that is in use on ::1 only, because localhost resolves to either',
  async () => {
    const port = await listen('::1');
    await expect(bindLocalhost(create, port, name)).rejects.toThrow(`port ${port} is already in use`);
    expect(created.filter(({ listening }) => listening)).toHaveLength(1);
  },
);

test('names the variable to set when the port cannot be opened', async () => {
  const createFailing = () => {
    const server = create();
    server.listen = () => {
      const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
      queueMicrotask(() => server.emit('error', error));
      return server;
    };
    return server;
  };
  await expect(bindLocalhost(createFailing, 80, name)).rejects.toThrow(
    'Edge did not start: port 80 cannot be opened (EACCES). Set another port in PARLEY_PORT.',
  );
});
