import { expect, test } from 'vitest';
import { mockHttpApp } from '../../../support/http-app.ts';

interface Operation {
  readonly summary?: string;
  readonly requestBody?: unknown;
  readonly security?: unknown;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Record<string, { readonly description: string; readonly content?: unknown }>;
}

const { app, ask } = mockHttpApp();
const document = (await (await ask('GET /openapi.json')).json()) as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

test('the document is OpenAPI 3.1', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
});

test('it has exactly the routes of the app', () => {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('openapi.json'))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(operations.map(({ name }) => name).sort()).toEqual([...new Set(routes)].sort());
  expect(operations.length).toBeGreaterThanOrEqual(10);
});

test.each(operations)('$name has a summary, its answers and its errors', ({ name, operation }) => {
  expect(operation.summary).toMatch(/^[A-Z]/);
  const statuses = Object.keys(operation.responses);
  expect(statuses.some((status) => /^[23]/.test(status))).toBe(true);
  const open = /\/(login|logout|password)\//.test(name);
  expect(operation.security).toEqual(open ? [] : undefined);
  if (!open) expect(statuses).toContain('401');
  const takesBody = operation.requestBody !== undefined;
  expect(statuses.includes('415')).toBe(takesBody);
});

test.each(operations.filter(({ name }) => name.includes('{')))(
  '$name names its path parameters',
  ({ name, operation }) => {
    const expected = [...name.matchAll(/\{(\w+)\}/g)].map(([, variable]) => variable);
    const found = operation.parameters
      ?.filter((parameter) => parameter.in === 'path')
      .map((each) => each.name);
    expect(found).toEqual(expected);
  },
);

test('every reference has a target', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
});
