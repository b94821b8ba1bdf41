import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import type { Context as HonoContext } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Context } from '../../delivery/context.ts';
import type { Caller } from '../../domain/member.ts';
import type { LambdaBindings } from '../http/base-app.ts';
import { HttpError } from '../http/http-error.ts';

/** The Hono environment of the admin API's routes. */
export interface AdminEnv {
  readonly Variables: {
    /** The calling backend, as the author of its changes in rooms. */
    service: Caller;
    /** The ARN of the caller. */
    callerArn: string;
  };
  readonly Bindings: LambdaBindings;
}

export type AdminContext = Context;

/**
 * Returns the name of a caller. `arn:aws:sts::123456789012:assumed-role/orders/session` is the role `orders` in a
 * session, and `arn:aws:iam::123456789012:user/backends/orders` is the user `orders` with a path.
 */
function nameOf(arn: string): string {
  const [kind, ...names] = arn.slice(arn.lastIndexOf(':') + 1).split('/');
  return (kind === 'assumed-role' ? names[0] : names.at(-1)) ?? arn;
}

function arnOf({ env }: HonoContext<AdminEnv>): string | undefined {
  const event = env.event as Partial<APIGatewayProxyEventV2WithIAMAuthorizer> | undefined;
  return event?.requestContext?.authorizer?.iam?.userArn;
}

/** Sets the caller that API Gateway has authorized. @throws HttpError NOT_SIGNED if there is none */
export const identifyCaller = createMiddleware<AdminEnv>(async (c, next) => {
  const arn = arnOf(c);
  if (!arn) throw new HttpError('NOT_SIGNED');
  const id = `service:${nameOf(arn)}`;
  c.set('callerArn', arn);
  c.set('service', { id, username: id, email: '', userType: 'service', service: true });
  await next();
});
