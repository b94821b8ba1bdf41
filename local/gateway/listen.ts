import type { Server } from 'node:net';

/**
 * Binds `server` to 127.0.0.1 and resolves to its port (a free one for 0). Rejects with one line;
 * `what` is what did not start, `variable` the environment variable that sets another port.
 */
export function listen(
  server: Server,
  port: number,
  named: { readonly what: string; readonly variable: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? `port ${port} is taken` : `port ${port} cannot be used (${error.code})`;
      const advice = error.code === 'EADDRINUSE' ? 'stop what uses it or set' : 'set another in';
      reject(new Error(`${named.what} did not start: ${why}; ${advice} ${named.variable}`));
    };
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
