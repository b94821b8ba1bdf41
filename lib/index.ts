/**
 * The CDK constructs of Parley. `docs/embed.md` is their guide.
 * @module @your-org/parley/cdk
 */
export type {
  AuthAnswer,
  AuthHandler,
  AuthRequest,
  BeforeSendAnswer,
  BeforeSendFile,
  BeforeSendHandler,
  BeforeSendRequest,
} from '../functions/domain/hooks.ts';
export { Chat } from './chat.ts';
export type { AlarmTarget } from './chat-alarms.ts';
export { ChatAuth, type LambdaAuthOptions, type Oidc, type UserPoolAuth } from './chat-auth.ts';
export type { ChatDomain } from './chat-edge.ts';
export type { BeforeSendHook, ChatHooks } from './chat-hooks.ts';
export type { ChatCode, ChatProps } from './chat-props.ts';
export type { RateLimit, RateLimits, RoomLimits, Throttle } from './rate-settings.ts';
