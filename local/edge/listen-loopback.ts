import type { Server } from 'node:net';

const attempts = 10;

/**
 * Binds 127.0.0.1, and ::1 on the same port where the machine has it: `localhost` may be either. Resolves
 * to the port (a free one for 0) and the servers that listen. Rejects with one line if it is taken.
 */
export async function listenLoopback<S extends Server>(
  make: () => S,
  port: number,
  named: { readonly what: string; readonly variable: string },
): Promise<{ readonly port: number; readonly servers: readonly S[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const ipv4 = make();
    const bound = await bind(ipv4, port, '127.0.0.1').catch((error) => {
      throw startError(error, port, named);
    });
    const ipv6 = make();
    try {
      await bind(ipv6, bound, '::1');
      return { port: bound, servers: [ipv4, ipv6] };
    } catch (error) {
      const taken = codeOf(error) === 'EADDRINUSE';
      if (!taken) return { port: bound, servers: [ipv4] };
      await new Promise((resolve) => ipv4.close(resolve));
      // A port that was free on one address only is no choice of ours: take another.
      if (port !== 0 || attempt === attempts) throw startError(error, bound, named);
    }
  }
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function startError(
  error: unknown,
  port: number,
  { what, variable }: { readonly what: string; readonly variable: string },
): Error {
  const taken = codeOf(error) === 'EADDRINUSE';
  const why = taken ? `port ${port} is taken` : `port ${port} cannot be used (${codeOf(error)})`;
  const advice = taken ? 'stop what uses it or set' : 'set another in';
  return new Error(`${what} did not start: ${why}; ${advice} ${variable}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
