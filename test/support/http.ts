import type { TestStack } from './stack.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or an empty object without a body. */
  readonly body: Json;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

const encoded = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

/** Reads the body of a response as JSON. Resolves to an empty object if there is none. */
export async function jsonOf(response: Response): Promise<Json> {
  const text = await response.text();
  return text === '' ? {} : (JSON.parse(text) as Json);
}

/** Calls the HTTP API through the edge. `asked` is a method and a path, such as `GET /chats/1/`. */
export async function ask(stack: TestStack, asked: string, { headers, body }: Call = {}): Promise<Answer> {
  const [method = '', path = ''] = asked.split(' ');
  const response = await fetch(`${stack.stack.edgeUrl}/api${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: encoded(body) }),
  });
  const text = await response.text();
  const { status, headers: answered } = response;
  try {
    return { status, headers: answered, body: text === '' ? {} : (JSON.parse(text) as Json) };
  } catch (cause) {
    throw new Error(`${asked} was answered with ${status} and no JSON: ${text}`, { cause });
  }
}

export type Asking = (asked: string, body?: unknown, headers?: Call['headers']) => Promise<Answer>;

/** Calls the HTTP API as a demo user with `Authorization: Bearer`. */
export async function askingAs(stack: TestStack, username: string): Promise<Asking> {
  const Authorization = `Bearer ${await stack.token(username)}`;
  return (asked, body, headers) => ask(stack, asked, { body, headers: { Authorization, ...headers } });
}
