import type { Random } from '../torture/random.ts';
import { broken, mutated, objectOf, oddText, pick, type RawJson, roomIds, userIds } from './values.ts';

/** A request to the HTTP API. */
export interface GeneratedRequest {
  readonly method: string;
  /** The path below `/api`, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const oddParts = ['%', '%2', '%ff', '%00', '%2e%2e', '..', '.', '%2F', '%252F', '%ED%A0%80', ''];

/** A cursor as the server sends it, and one that it never sends. */
const cursors = ['[1,"a"]', '[1e400,"\\ud800"]'].map((text) => Buffer.from(text).toString('base64url'));

/** Generates the parts of requests. */
class Parts {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  pick = (...values: readonly string[]): RawJson => JSON.stringify(pick(this.random, values));

  maybe = (fields: Readonly<Record<string, RawJson>>) => (this.random.chance(0.5) ? fields : {});

  /** Returns the part of a path that stands for an id. A fifth of them is not what a correct client would write. */
  id(ids: readonly string[]): string {
    const { random } = this;
    if (random.chance(0.8)) return encoded(pick(random, ids));
    return random.chance(0.5) ? pick(random, oddParts) : encoded(oddText(random)).slice(0, 6_000);
  }

  room = (): string => (this.random.chance(0.5) ? '1' : this.id(roomIds));

  member = (): string => `/chats/${this.room()}/members/${this.id(userIds)}/`;

  user = (): RawJson => this.pick(...userIds);

  query(values: Readonly<Record<string, readonly string[]>>): string {
    const parts = Object.entries(values).flatMap(([name, list]) => {
      if (this.random.chance(0.5)) return [];
      const value = this.random.chance(0.6) ? pick(this.random, list) : encoded(oddText(this.random));
      return `${name}=${value.slice(0, 3_000)}`;
    });
    return `?${parts.join('&')}`;
  }
}

interface Shape {
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, RawJson>>;
}

const page = { limit: ['1', '20', '50'], before: ['1', '5'] };

const shapes: readonly ((of: Parts) => Shape)[] = [
  (of) => ({ method: 'GET', path: `/chats/${of.query({ limit: ['1', '5'], cursor: cursors })}` }),
  (of) => ({
    method: 'GET',
    path: `/users/${of.query({ query: ['al', 'bob', '1'], limit: ['1', '5'], cursor: cursors })}`,
  }),
  (of) => ({ method: 'GET', path: `/chats/${of.room()}/` }),
  (of) => ({ method: 'GET', path: `/chats/${of.room()}/messages/${of.query(page)}` }),
  (of) => ({
    method: 'GET',
    path: `/chats/${of.room()}/search/${of.query({ q: ['text', 'é'], limit: ['1'], cursor: cursors })}`,
  }),
  (of) => ({ method: 'GET', path: `/chats/${of.room()}/files/${of.id([crypto.randomUUID()])}/` }),
  (of) => ({ method: 'GET', path: `/${encoded(oddText(of.random)).slice(0, 200)}` }),
  (of) => ({
    method: 'POST',
    path: '/chats/',
    body: {
      ...of.maybe({ kind: of.pick('group', 'direct') }),
      ...of.maybe({ name: '"A room"', access: of.pick('open', 'members') }),
      members: of.random.chance(0.7) ? `[${of.user()}]` : `[${of.user()},${of.user()}]`,
    },
  }),
  (of) => ({
    method: 'POST',
    path: `/chats/${of.room()}/members/`,
    body: { user_id: of.user(), ...of.maybe({ role: of.pick('member', 'moderator', 'owner') }) },
  }),
  (of) => ({
    method: 'PATCH',
    path: of.member(),
    body: {
      ...of.maybe({ role: of.pick('member', 'moderator', 'owner') }),
      ...of.maybe({ muted_seconds: String(of.random.between(0, 100)) }),
      ...of.maybe({ muted_until: of.pick('2030-01-01T00:00:00Z', '9999-12-31T23:59:59Z') }),
    },
  }),
  (of) => ({ method: 'DELETE', path: of.member() }),
  (of) => ({ method: 'POST', path: `/chats/${of.room()}/${pick(of.random, ['accept', 'decline'])}/` }),
  (of) => ({
    method: 'POST',
    path: `/chats/${of.room()}/send_message/`,
    body: {
      content: `"text ${of.random.between(0, 1_000_000)}"`,
      ...of.maybe({ client_id: `"r-${of.random.between(0, 100)}"` }),
      ...of.maybe({ broadcast: 'true' }),
    },
  }),
  (of) => ({
    method: 'POST',
    path: `/chats/${of.room()}/send_message/`,
    body: {
      content: '"see this"',
      ...of.maybe({ reply_to: String(of.random.between(1, 50)) }),
      ...of.maybe({ file: '"aGVsbG8="', file_name: '"../../etc/passwd"' }),
    },
  }),
  (of) => ({
    method: 'POST',
    path: `/chats/${of.room()}/files/`,
    body: {
      name: of.pick('a.txt', '../../etc/passwd'),
      content_type: of.pick('text/plain', 'image/png', 'application/x-unknown'),
      size: String(of.random.between(1, 100_000)),
    },
  }),
  (of) => ({
    method: 'POST',
    path: '/login/',
    body: { username: '"alice"', password: of.pick('alice', 'wrong', 'temporary') },
  }),
  (of) => ({
    method: 'POST',
    path: '/login/password/',
    body: {
      username: '"alice"',
      session: of.pick('session', 'other'),
      password: of.pick('long enough 1', 'short'),
      ...of.maybe({ attributes: '{"email":"alice@example.com"}' }),
    },
  }),
  (of) => ({
    method: 'POST',
    path: '/login/refresh/',
    body: { refresh_token: of.pick('refresh', 'other', 'not a token') },
  }),
  (of) => ({
    method: 'POST',
    path: of.random.chance(0.5) ? '/password/code/' : '/password/',
    body: { username: '"alice"', code: of.pick('123456', '1'), password: of.pick('long enough 1', 'short') },
  }),
  () => ({ method: 'GET', path: '/login/' }),
  () => ({ method: 'POST', path: '/logout/' }),
];

/** Returns the credential of a request: mostly a token in a header, else the cookie, a malformed header or none. */
function credentialOf(random: Random, token: string): Readonly<Record<string, string>> {
  const roll = random.next();
  if (roll < 0.8) return { authorization: `Bearer ${token}` };
  const origin = pick(random, ['https://chat.example.com', 'https://evil.example.com', 'null']);
  if (roll < 0.85) return { cookie: `sessionid=${token}`, origin };
  if (roll < 0.9) return { cookie: `a=b; sessionid=; sessionid=bad; sessionid=${token}`, origin };
  if (roll < 0.95) return {};
  return { authorization: pick(random, ['Bearer', 'Bearer bad', 'Basic YTph', `bearer  ${token}`, ',']) };
}

const oddTypes = ['text/plain', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded', ','];
const oddMethods = ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD'];

/** Returns a request to the HTTP API. A third of the bodies are valid. */
export function generateRequest(random: Random, tokens: readonly string[]): GeneratedRequest {
  const shape = pick(random, shapes)(new Parts(random));
  const method = random.chance(0.97) ? shape.method : pick(random, oddMethods);
  const type = random.chance(0.95) ? 'application/json' : pick(random, oddTypes);
  const headers = { ...credentialOf(random, pick(random, tokens)), 'content-type': type };
  const request = { method, path: shape.path, headers };
  if (!shape.body || ['GET', 'HEAD', 'OPTIONS'].includes(method)) return { ...request, body: undefined };
  const valid = Object.entries(shape.body);
  const roll = random.next();
  let body = objectOf(valid);
  if (roll < 0.1) body = broken(random, body);
  else if (roll > 0.1 + 1 / 3) body = objectOf(mutated(random, valid));
  return { ...request, body: body.toWellFormed() };
}
