import type { Poster } from '../delivery/poster.ts';
import { thinPoster } from '../delivery/signed-poster.ts';
import { once, required } from './environment.ts';

/** The SDK is in a file of its own, which a function loads when it posts first, and only where the setting asks for it. */
const sdk = once(async (): Promise<Poster> => {
  const { sdkPoster } = await import('../delivery/sdk-poster.ts');
  return sdkPoster(required('SOCKET_URL'));
});

const bySdk: Poster = {
  post: async (connection, frame) => (await sdk()).post(connection, frame),
  isOpen: async (connection) => (await sdk()).isOpen(connection),
  close: async (connection) => (await sdk()).close(connection),
};

/** The setting `poster` says which. */
export const poster = once(
  (): Poster => (process.env['POSTER'] === 'sdk' ? bySdk : thinPoster(required('SOCKET_URL'))),
);
