import { assert, type Check, NotChecked } from './check.ts';
import { type Deployment, jsonOf, roomPath, type TestUser } from './deployment.ts';

/** An origin that no deployment allows. */
const foreignOrigin = 'https://foreign.invalid';

/** The checks of the page, the sign-in and the REST API's refusals. */
export function webChecks(deployment: Deployment): readonly Check[] {
  const { url, author, other } = deployment;
  return [
    {
      promise: 'the page and its script',
      advice:
        'Look at the distribution’s default behavior and at the bucket of the page. Run `npm run build` before the deploy.',
      async run() {
        const page = await deployment.call('/');
        assert(page.status === 200, `the page answered ${page.status}`);
        const [, script] = /src="\.?(\/[^"]+\.js)"/.exec(await page.text()) ?? [];
        assert(script !== undefined, 'the page names no script');
        const { status } = await deployment.call(script);
        assert(status === 200, `the page’s script answered ${status}`);
        return undefined;
      },
    },
    {
      promise: 'the content security policy',
      advice: 'Look at the response headers policy of the distribution’s default behavior.',
      async run() {
        const { headers } = await deployment.call('/');
        const policy = headers.get('content-security-policy') ?? '';
        assert(policy.startsWith("default-src 'none'"), 'the page has no policy that denies by default');
        assert(!policy.includes('unsafe'), 'the policy allows unsafe sources');
        assert(headers.get('x-content-type-options') === 'nosniff', 'x-content-type-options is missing');
        assert(headers.get('x-frame-options') === 'DENY', 'x-frame-options is missing');
        return undefined;
      },
    },
    {
      promise: 'sign-in with a password',
      advice:
        'Look at the log of the function http, and set a permanent password with `admin-set-user-password`.',
      run: () => signInAll(deployment),
    },
    {
      promise: '401 for a wrong password',
      advice: 'Look at the log of the function http.',
      async run() {
        const { username } = author.credentials;
        if (username === undefined) throw new NotChecked('no user name was given');
        const body = { username, password: 'not the password of this user' };
        const { status } = await deployment.call('/api/login/', { body });
        if (status === 501) throw new NotChecked('the deployment uses another issuer');
        if (status === 429) throw new NotChecked('too many sign-ins; run this again in five minutes');
        assert(status === 401, `the sign-in answered ${status}`);
        return undefined;
      },
    },
    {
      promise: 'REST refuses with 401 and 403',
      advice: 'Look at the log of the function http, and at the settings issuer, audience and jwksUri.',
      async run() {
        const anonymous = await deployment.call('/api/chats/');
        assert(anonymous.status === 401, `a request without a token was answered ${anonymous.status}`);
        const headers = { Authorization: 'Bearer invalid' };
        const invalid = await deployment.call('/api/chats/', { headers });
        assert(invalid.status === 401, `an invalid token was answered ${invalid.status}`);
        const strange = await author.call('/api/chats/no-such-room/');
        assert(strange.status === 403, `a room of other users was answered ${strange.status}`);
        return undefined;
      },
    },
    {
      promise: 'CORS for allowed origins only',
      advice: 'Look at the setting allowedOrigins and at the variable ALLOWED_ORIGINS of the function http.',
      async run() {
        assert((await allowedOrigin(deployment, url.origin)) === url.origin, 'the own origin is not allowed');
        const foreign = await allowedOrigin(deployment, foreignOrigin);
        assert(foreign === null, 'a foreign origin is allowed');
        return undefined;
      },
    },
    {
      promise: 'a room of the two users',
      advice: 'Look at the log of the function http and at its grants on the chat table.',
      async run() {
        deployment.room = (await findRoom(author, other)) ?? (await createRoom(author, other));
        // Until the other user accepts, the room is a request, and its author gets no receipts.
        await jsonOf(await other.call(`${roomPath(deployment.room)}accept/`, {}), 204);
        return `room ${deployment.room}`;
      },
    },
  ];
}

async function signInAll(deployment: Deployment): Promise<string | undefined> {
  const { author, other, url } = deployment;
  const withPassword = [author, other].filter(({ credentials }) => credentials.password !== undefined);
  if (withPassword.length === 0) throw new NotChecked('only tokens were given');
  for (const user of withPassword) {
    const { username, password } = user.credentials;
    const response = await deployment.call('/api/login/', { body: { username, password } });
    const { token } = await jsonOf(response, 200);
    assert(typeof token === 'string', 'the answer has no token');
    user.token = user.credentials.token ?? token;
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith('sessionid=')) ?? '';
    const attributes = ['HttpOnly', 'SameSite=Lax', ...(url.protocol === 'https:' ? ['Secure'] : [])];
    const missing = attributes.filter((attribute) => !cookie.includes(attribute));
    assert(missing.length === 0, `the cookie lacks ${missing.join(', ')}`);
  }
  return undefined;
}

async function allowedOrigin(deployment: Deployment, origin: string): Promise<string | null> {
  const { headers } = await deployment.call('/api/chats/', {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    },
  });
  return headers.get('access-control-allow-origin');
}

/** The name of the room. A later run finds the room by it. */
const roomName = 'Parley verification';

/** How many pages of the author's rooms are searched. */
const maxPages = 10;

async function findRoom(author: TestUser, other: TestUser): Promise<string | undefined> {
  let cursor = '';
  for (let page = 0; page < maxPages; page += 1) {
    const { chats, next_cursor: next } = await jsonOf(
      await author.call(`/api/chats/?limit=50${cursor}`),
      200,
    );
    for (const { id, name } of chats as readonly { id: unknown; name: string }[]) {
      const room = String(id);
      if (name === roomName && (await other.call(roomPath(room))).status === 200) return room;
    }
    if (typeof next !== 'string') return undefined;
    cursor = `&cursor=${next}`;
  }
  return undefined;
}

async function createRoom(author: TestUser, other: TestUser): Promise<string> {
  const response = await author.call('/api/chats/', { name: roomName, members: [other.id] });
  return String((await jsonOf(response, 201))['id']);
}
