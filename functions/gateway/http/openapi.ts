import type { Hono } from 'hono';
import { describeRoute, generateSpecs, resolver } from 'hono-openapi';
import type { GenericSchema } from 'valibot';
import { errorShape } from '../../dialects/rest/schema.ts';
import type { HttpEnv } from './context.ts';

/** The description of an answer, and the schema of its body if it has one. */
export type Answer = string | readonly [description: string, shape: GenericSchema];

const errors: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'Not signed in.',
  403: 'Not allowed, or the room does not exist.',
  404: 'Not found.',
  409: 'Not possible in the current state of the room.',
  410: 'It was deleted, and its id cannot be used again.',
  413: 'Too large.',
  415: 'The body is not JSON, or the type of the file is not allowed.',
  422: 'The rules of this chat do not allow the message.',
  429: 'Too many requests. Wait as long as `Retry-After` (in seconds) and `retry_after_ms` say, if present.',
  500: 'Something went wrong on the server. Repeat the request.',
  501: 'Not available in this deployment.',
  503: 'The credential could not be verified, or the message not be checked, at the moment. Try again.',
};

const withBody = (description: string, shape: GenericSchema) => ({
  description,
  content: { 'application/json': { schema: resolver(shape) } },
});

/** Returns the answers of a route, as the OpenAPI document describes them. */
export function answersOf(answers: Readonly<Record<number, Answer>>, errorStatuses: readonly number[]) {
  const successes = Object.entries(answers).map(([status, answer]) => [
    status,
    typeof answer === 'string' ? { description: answer } : withBody(answer[0], answer[1]),
  ]);
  const failures = errorStatuses.map((status) => [status, withBody(errors[status] ?? '', errorShape)]);
  return Object.fromEntries([...successes, ...failures]);
}

/**
 * Adds a route to the OpenAPI document.
 * @param errorStatuses the statuses of the route's error answers
 * @param options.isPublic whether the route needs no credential
 */
export function describe(
  summary: string,
  answers: Readonly<Record<number, Answer>>,
  errorStatuses: readonly number[],
  { isPublic = false } = {},
) {
  // Each request with a token counts towards its user's limit, and can fail because the issuer cannot be reached.
  const statuses = isPublic ? errorStatuses : [...errorStatuses, 429, 503];
  return describeRoute({
    summary,
    responses: answersOf(answers, statuses),
    ...(isPublic && { security: [] }),
  });
}

/** Returns the OpenAPI document of an app's routes. */
export const openapiDocument = (app: Hono<HttpEnv>, cookie: string) =>
  generateSpecs(app, {
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
    documentation: {
      info: {
        title: 'Parley',
        version: '1',
        description:
          'The HTTP API of Parley. Ids that are whole numbers are sent as JSON numbers; requests may send numbers or ' +
          'strings. Times are ISO 8601 in UTC. Changes with the session cookie must come from an allowed origin. ' +
          'Errors are `{"error": CODE, "message": …}`: branch on the code, and show the message.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: cookie },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  });
