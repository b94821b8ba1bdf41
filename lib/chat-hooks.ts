import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { checkNames, checkTimeout, oneOf } from './validation.ts';

/** Functions of the team that the chat calls. `docs/hooks.md` describes their requests and answers. */
export interface ChatHooks {
  /**
   * Called before a message or an edit of a user is stored. It can refuse the message, or change its text and data.
   * Default: none, so that each message is stored.
   */
  readonly beforeSend?: IFunction | BeforeSendHook;
}

/** A function that checks messages before they are stored, with options. */
export interface BeforeSendHook {
  /** The function. It gets a `BeforeSendRequest`, and answers with a `BeforeSendAnswer`. */
  readonly function: IFunction;
  /** How long the chat waits for the function's answer, from 0.1 to 10 seconds. Default: 2 seconds. */
  readonly timeout?: Duration;
  /**
   * What happens to a message if the function fails, answers too late, or gives an answer that is not valid. `refuse`:
   * the message is not stored, and the sender gets CHECK_FAILED. `allow`: it is stored unchanged. Default: `refuse`.
   */
  readonly onFailure?: 'refuse' | 'allow';
}

/** Returns the hook with its defaults, or null if there is none. @throws Error for an invalid or unknown option */
export function resolveBeforeSend(hooks: ChatHooks): Required<BeforeSendHook> | null {
  checkNames('Property', Object.keys(hooks), ['beforeSend'], 'hooks.');
  const { beforeSend } = hooks;
  if (beforeSend === undefined) return null;
  const hook = 'functionArn' in beforeSend ? { function: beforeSend } : beforeSend;
  checkNames('Property', Object.keys(hook), ['function', 'timeout', 'onFailure'], 'hooks.beforeSend.');
  return {
    function: hook.function,
    timeout: checkTimeout('hooks.beforeSend.timeout', hook.timeout ?? Duration.seconds(2), 0.1),
    onFailure: oneOf(() => hook.onFailure, 'hooks.beforeSend.onFailure', ['refuse', 'allow']),
  };
}

/** Returns the value of the variable `BEFORE_SEND`, which `functions/gateway/before-send.ts` parses as JSON. */
export const settingOf = ({ function: { functionArn }, timeout, onFailure }: Required<BeforeSendHook>) => ({
  function: functionArn,
  timeoutMs: timeout.toMilliseconds(),
  onFailure,
});
