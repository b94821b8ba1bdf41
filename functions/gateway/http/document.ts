import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import type { HttpEnv } from './context.ts';

/** The OpenAPI document of an app's routes. */
export const documentOf = (app: Hono<HttpEnv>) =>
  generateSpecs(app, {
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
    documentation: {
      info: {
        title: 'Parley',
        version: '1',
        description:
          'The HTTP API of Parley. Ids that are whole numbers come as JSON numbers, and both numbers and texts are ' +
          'taken. Times are ISO 8601 in UTC. A change that rides on the cookie must come from an allowed Origin. An ' +
          'error is `{"error": CODE, "message": …}`: branch on the code, show the message.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'sessionid' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  });
