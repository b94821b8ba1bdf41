import { RefusedHandshake, typed } from './chat-socket.ts';
import { assert, type Check } from './check.ts';
import type { Deployment } from './deployment.ts';

const socketAdvice =
  'Look at the logs of the functions authorize, connect and welcome, and at the distribution’s behavior for /ws/*.';

/** The checks of each credential and each refusal of a handshake. */
export function socketChecks(deployment: Deployment): readonly Check[] {
  const { author, other } = deployment;
  const credential = (promise: string, run: Check['run']): Check => ({
    promise: `connect with ${promise}`,
    advice: socketAdvice,
    run,
  });
  return [
    credential('the Authorization header', async () => {
      await author.enter();
      await other.enter();
      return undefined;
    }),
    credential('a subprotocol', async () => {
      const socket = await deployment.openSocket(deployment.room, { protocols: ['Bearer', author.token] });
      assert(socket.protocol === 'Bearer', 'the server did not choose the subprotocol Bearer');
      await socket.take('the history on connect', typed('connected'));
      await socket.close();
      return undefined;
    }),
    credential('the session cookie', async () => {
      const headers = { Cookie: `sessionid=${author.token}`, Origin: deployment.url.origin };
      const socket = await deployment.openSocket(deployment.room, { headers });
      // This contract sends nothing on connect. An empty message is refused and leaves nothing behind.
      await socket.request({ content: '' }, 'the refusal of an empty message', typed('error'));
      await socket.close();
      return undefined;
    }),
    credential('a token in the query', async () => {
      const query = `?token=${encodeURIComponent(author.token)}`;
      const socket = await deployment.openSocket(deployment.room, { query });
      await socket.take('the frame connection_established', typed('connection_established'));
      await socket.close();
      return undefined;
    }),
    {
      promise: 'handshakes are refused with 401 and 403',
      advice:
        'Look at the authorizer of the route $connect and at the log of the function authorize. Until this is mended, strangers may read.',
      async run() {
        const { room } = deployment;
        const bearer = { Authorization: `Bearer ${author.token}` };
        const cookie = { Cookie: `sessionid=${author.token}`, Origin: 'https://foreign.invalid' };
        await expectRefusal(deployment, room, {}, 401);
        await expectRefusal(deployment, room, { Authorization: 'Bearer invalid' }, 401);
        await expectRefusal(deployment, 'no-such-room', bearer, 403);
        await expectRefusal(deployment, room, cookie, 403);
        return undefined;
      },
    },
  ];
}

async function expectRefusal(
  deployment: Deployment,
  room: string,
  headers: Readonly<Record<string, string>>,
  status: number,
): Promise<void> {
  const what = `${Object.keys(headers).join(' and ') || 'no credential'} in ${room}`;
  const answer = await deployment.openSocket(room, { headers }).then(
    async (socket) => {
      await socket.close();
      return 'an open socket';
    },
    (error: unknown) => (error instanceof RefusedHandshake ? error.status : Promise.reject(error)),
  );
  assert(answer === status, `${what} was answered with ${answer} instead of ${status}`);
}
