import { describe, expect, test } from 'vitest';
import { contracts } from '../../../bin/docs/contracts.ts';
import { mockHttpApp } from '../../support/http-app.ts';
import { alice } from '../../support/sample.ts';

/** A part of a valibot schema, as far as this test reads it. */
interface Part {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly (Part | string)[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly pipe?: readonly Part[];
}

/** Returns the paths of all strings in a schema that accept any length. */
function unboundedIn(part: Part, path: string): string[] {
  if (part.type === 'string') return part.pipe?.some(({ type }) => type === 'max_length') ? [] : [path];
  const inner: [string, Part][] = [
    ...Object.entries(part.entries ?? {}),
    ...(part.options ?? []).flatMap((option): [string, Part][] =>
      typeof option === 'string' ? [] : [['|', option]],
    ),
    ...[part.wrapped, part.item].flatMap((each): [string, Part][] => (each ? [['', each]] : [])),
  ];
  return inner.flatMap(([name, each]) => unboundedIn(each, `${path}/${name}`));
}

/** A part of a JSON schema in the OpenAPI document. */
interface JsonSchema {
  readonly type?: string;
  readonly maxLength?: number;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

function unboundedJson(schema: JsonSchema, path: string): string[] {
  if (schema.type === 'string') {
    return [schema.maxLength, schema.enum, schema.const].some((limit) => limit !== undefined) ? [] : [path];
  }
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
      unboundedJson(each, `${path}/${name}`),
    ),
    ...(schema.items ? unboundedJson(schema.items, `${path}[]`) : []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((each) => unboundedJson(each, path)),
  ];
}

describe('every string that a client can send has a maximum length', () => {
  const frames = Object.entries(contracts).flatMap(([dialect, { in: frames }]) =>
    frames.map(({ name, schema }) => ({ dialect, name, schema: schema as unknown as Part })),
  );

  test.each(frames)('in the frame $name of $dialect', ({ name, schema }) => {
    expect(unboundedIn(schema, name)).toEqual([]);
  });

  test('in the bodies and queries of REST', async () => {
    interface Operation {
      readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
      readonly parameters?: readonly {
        readonly in: string;
        readonly name: string;
        readonly schema: JsonSchema;
      }[];
    }
    const document = (await (await mockHttpApp().ask('GET /openapi.json')).json()) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
      readonly components?: unknown;
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    );
    const bodies = operations.flatMap(({ name, requestBody }) =>
      Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => unboundedJson(schema, name)),
    );
    const queries = operations.flatMap(({ name, parameters = [] }) =>
      parameters
        .filter((parameter) => parameter.in === 'query')
        .flatMap((parameter) => unboundedJson(parameter.schema, `${name}?${parameter.name}`)),
    );
    expect(operations.filter(({ requestBody }) => requestBody).length).toBeGreaterThan(5);
    expect([...bodies, ...queries]).toEqual([]);
  });
});

describe('a huge string is refused, whichever field has it', () => {
  const huge = 'x'.repeat(1_000_000);
  const cases = Object.entries(contracts).flatMap(([name, { dialect, examples }]) =>
    examples.in.flatMap(({ frame }) =>
      Object.entries(frame as object)
        .filter(([, value]) => typeof value === 'string')
        // The content dialect ignores a malformed client id, because its clients may use the field for themselves.
        .filter(([field]) => !(name === 'content' && field === 'client_id'))
        .map(([field]) => ({ name, dialect, field, frame: { ...(frame as object), [field]: huge } })),
    ),
  );

  test.each(cases)('$field in a frame of $name', ({ dialect, frame }) => {
    expect(() => dialect.decode(JSON.stringify(frame), { ...alice, guest: true })).toThrow();
  });

  test.each([
    ['POST /chats/1/send_message/', { content: huge }],
    ['POST /chats/1/send_message/', { content: 'x', file: 'aGk=', file_name: huge }],
    ['POST /chats/1/files/', { name: huge, content_type: 'text/plain', size: 1 }],
    ['POST /chats/1/files/', { name: 'a', content_type: huge, size: 1 }],
    ['POST /chats/', { name: huge }],
    ['PATCH /chats/1/members/2/', { muted_until: huge }],
    ['POST /login/', { username: huge, password: 'x' }],
    ['POST /login/password/', { username: 'x', session: huge, password: 'x' }],
    ['POST /login/password/', { username: 'x', session: 'x', password: 'x', attributes: { [huge]: 'x' } }],
    ['POST /login/refresh/', { refresh_token: huge }],
    ['POST /password/code/', { username: huge }],
    ['POST /password/', { username: 'x', code: huge, password: 'x' }],
  ])('by %s', async (path, body) => {
    const { ask, dynamodb } = mockHttpApp();
    expect((await ask(path, body)).status).toBeOneOf([400, 413]);
    expect(dynamodb.calls()).toEqual([]);
  });
});
