import { describeRoute, resolver } from 'hono-openapi';
import type { GenericSchema } from 'valibot';

import { errorShape } from '../../dialects/rest/schema.ts';

/** What a status stands for, and the shape of its body where there is one. */
type Answer = string | readonly [description: string, shape: GenericSchema];

const refusals: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'Not signed in',
  403: 'Not allowed, or no such room',
  404: 'Not there',
  409: 'Not possible as the room is',
  413: 'Too large',
  415: 'The body is not JSON, or the type of the file is not allowed',
  429: 'Too fast: wait as long as `Retry-After` (seconds) and `retry_after_ms` say, where they are',
  501: 'Not offered here',
};

const body = (description: string, shape: GenericSchema) => ({
  description,
  content: { 'application/json': { schema: resolver(shape) } },
});

/** Writes a route into the OpenAPI document: what it does, what it answers, and the statuses by which it refuses. */
export function describe(
  summary: string,
  answers: Readonly<Record<number, Answer>>,
  refusedWith: readonly number[],
  { open = false } = {},
) {
  const given = Object.entries(answers).map(([status, answer]) => [
    status,
    typeof answer === 'string' ? { description: answer } : body(answer[0], answer[1]),
  ]);
  const refused = refusedWith.map((status) => [status, body(refusals[status] ?? '', errorShape)]);
  return describeRoute({
    summary,
    responses: Object.fromEntries([...given, ...refused]),
    ...(open && { security: [] }),
  });
}
