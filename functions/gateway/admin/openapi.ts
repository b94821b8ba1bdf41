import type { Hono } from 'hono';
import { describeRoute, generateSpecs } from 'hono-openapi';
import { type Answer, answersOf } from '../http/openapi.ts';
import type { AdminEnv } from './context.ts';

/** Adds a route to the OpenAPI document. @param errorStatuses the statuses of the route's error answers */
export const describe = (
  summary: string,
  answers: Readonly<Record<number, Answer>>,
  errorStatuses: readonly number[],
) => describeRoute({ summary, responses: answersOf(answers, [...errorStatuses, 403, 429]) });

/** Returns the OpenAPI document of the admin API. */
export const adminDocument = (app: Hono<AdminEnv>) =>
  generateSpecs(app, {
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
    documentation: {
      info: {
        title: 'Parley admin API',
        version: '1',
        description:
          'The API for backends of the team that runs the chat. Requests are signed with AWS Signature Version 4 for ' +
          'the service execute-api. Times are ISO 8601 in UTC. Errors are `{"error": CODE, "message": …}`: branch on ' +
          'the code.',
      },
      components: {
        securitySchemes: {
          sigv4: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'AWS Signature Version 4',
          },
        },
      },
      security: [{ sigv4: [] }],
    },
  });
