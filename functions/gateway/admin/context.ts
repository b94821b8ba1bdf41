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

type AdminHono = HonoContext<AdminEnv>;

/**
 * Returns the name of the role or user in an ARN, such as `orders` in
 * `arn:aws:sts::123456789012:assumed-role/orders/session`.
 */
const nameIn = (arn: string): string => arn.split(':').at(-1)?.split('/')[1] ?? arn;

const arnOf = ({ env }: AdminHono): string | undefined => {
  const event = env.event as Partial<APIGatewayProxyEventV2WithIAMAuthorizer> | undefined;
  return event?.requestContext?.authorizer?.iam?.userArn;
};

/** Sets the caller that API Gateway has authorized. @throws HttpError NOT_SIGNED if there is none */
export const identifyCaller = createMiddleware<AdminEnv>(async (c, next) => {
  const arn = arnOf(c);
  if (!arn) throw new HttpError('NOT_SIGNED');
  const id = `service:${nameIn(arn)}`;
  c.set('callerArn', arn);
  c.set('service', { id, username: id, email: '', userType: 'service', service: true });
  await next();
});
