import * as v from 'valibot';
import { type Call, type CallFailure, type FunctionError, signedCall } from '../aws/lambda.ts';
import { type CustomData, isCustomData } from '../domain/custom-data.ts';
import type { BeforeSend, Draft } from '../domain/draft.ts';
import type { BeforeSendAnswer, BeforeSendRequest } from '../domain/hooks.ts';
import { nameOf } from '../domain/member.ts';
import { checkNotBlank, cleanText } from '../domain/message.ts';
import { directRoomUsers } from '../domain/room.ts';
import { hidden, isBlank } from '../domain/text.ts';
import { logFault } from './runtime.ts';

// The build writes this module to a file of its own, which only chats with a function `beforeSend` load. It throws
// nothing, because its error classes differ from those of the bundle.

/** The value of the variable `BEFORE_SEND`. The construct writes it (`lib/chat-hooks.ts`). */
interface Setting {
  /** The ARN of the function. */
  readonly function: string;
  readonly timeoutMs: number;
  /** What happens to a message if the function gives no valid answer. */
  readonly onFailure: 'allow' | 'refuse';
}

/** Longer reasons are cut. In code points. */
const MAX_REASON = 300;

/** Why there is no valid answer. */
type Failure = CallFailure | 'throttled' | 'notPermitted' | 'notInvoked';

/** The cause of each failure, and what helps. */
const causes: Readonly<Record<Failure, string>> = {
  failed: 'the function failed. See the log of the function',
  late: 'the function did not answer in time. See the log of the function',
  malformed: 'the answer of the function is malformed. See docs/hooks.md for its fields',
  tooLarge: 'the answer of the function is too large. See docs/hooks.md for its fields',
  throttled: 'Lambda throttled the invocation. Raise the concurrency of the function',
  notPermitted: 'the chat may not invoke the function. Deploy the stack again',
  notInvoked: 'Lambda did not invoke the function. See whether it exists',
};

/** Logged if there is no valid answer. Its message quotes neither the request nor the answer. */
class BeforeSendError extends Error {
  override readonly name = 'BeforeSendError';
  /** `logFault` logs the messages of errors that have this property. */
  readonly $fault = 'server';

  constructor(failure: Failure) {
    super(`Message not checked: ${causes[failure]}.`);
  }
}

/** Strict, because a misspelt field would otherwise store the original text. */
const answerShape = v.variant('allow', [
  v.strictObject({
    allow: v.literal(true),
    // As long as an answer may be (`functions/aws/lambda.ts`). `checkedText` checks it.
    text: v.optional(v.string()),
    data: v.optional(v.nullable(v.custom<CustomData>(isCustomData))),
  }),
  v.strictObject({ allow: v.literal(false), reason: v.optional(v.string()) }),
]);

function requestOf(draft: Draft): BeforeSendRequest {
  const { room, by, edited, file, data, replyTo, mentions = [], clientId } = draft;
  return {
    version: 1,
    action: edited === undefined ? 'send' : 'edit',
    room: { id: room, kind: directRoomUsers(room) ? 'direct' : 'group' },
    user: { id: by.id, name: nameOf(by), guest: by.guest === true },
    text: draft.text,
    // Only the admin API stores system messages, and it does not ask.
    type: draft.type === 'system' ? 'text' : draft.type,
    file: file ? { name: file.name, contentType: file.contentType, size: file.size } : null,
    data: data ?? null,
    replyTo: replyTo ?? null,
    mentions,
    clientId: clientId ?? null,
    messageId: edited ?? null,
  };
}

/** Returns a reason in one line without invisible characters, and undefined if nothing is left. */
function cleanReason(reason: string): string | undefined {
  const line = reason.toWellFormed().replace(/\s+/g, ' ').replace(new RegExp(hidden, 'gv'), '').trim();
  if (isBlank(line)) return undefined;
  const points = Array.from(line);
  return points.length <= MAX_REASON ? line : `${points.slice(0, MAX_REASON - 1).join('')}…`;
}

/** Returns the text to store. @throws BeforeSendError if a message cannot have it */
function checkedText(text: string, { file }: Draft): string {
  try {
    const clean = cleanText(text);
    checkNotBlank(clean, file);
    return clean;
  } catch {
    throw new BeforeSendError('malformed');
  }
}

/** Returns a valid answer, with its text and its reason cleaned. @throws BeforeSendError */
function readAnswer(given: unknown, draft: Draft): BeforeSendAnswer {
  const { success, output } = v.safeParse(answerShape, given);
  if (!success) throw new BeforeSendError('malformed');
  if (!output.allow) {
    const reason = cleanReason(output.reason ?? '');
    return { allow: false, ...(reason !== undefined && { reason }) };
  }
  const { text, data } = output;
  return {
    allow: true,
    ...(text !== undefined && { text: checkedText(text, draft) }),
    ...(data !== undefined && { data }),
  };
}

/** Returns the kind of a failure by its fields: the clients of the AWS SDK are bundled apart, with their own classes. */
function errorOf(error: unknown): BeforeSendError {
  if (error instanceof BeforeSendError) return error;
  const { name, failure } = error as Partial<FunctionError>;
  if (failure) return new BeforeSendError(failure);
  if (name === 'TooManyRequestsException') return new BeforeSendError('throttled');
  return new BeforeSendError(name === 'AccessDeniedException' ? 'notPermitted' : 'notInvoked');
}

/** Returns the function that asks the team's function about drafts, and logs each failure. */
export function beforeSendHook({ function: name, onFailure }: Setting, call: Call): BeforeSend {
  return async (draft) => {
    try {
      return readAnswer(await call(name, requestOf(draft)), draft);
    } catch (error) {
      logFault('beforeSend', errorOf(error));
      return onFailure === 'allow' ? { allow: true } : null;
    }
  };
}

/** Returns the function that asks the team's function. @param variable the value of the variable `BEFORE_SEND` */
export async function openBeforeSend(variable: string, usesSdk: boolean): Promise<BeforeSend> {
  const setting: Setting = JSON.parse(variable);
  const create = usesSdk ? (await import('./sdk-invoke.ts')).sdkCall : signedCall;
  return beforeSendHook(setting, create(setting.timeoutMs));
}
