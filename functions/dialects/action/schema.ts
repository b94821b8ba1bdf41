import * as v from 'valibot';
import { HISTORY_LIMIT, MAX_PINGED_ROOMS } from '../../domain/command.ts';
import { qualifiedEmoji } from '../../domain/emoji.ts';
import { sentTypes } from '../../domain/message.ts';
import { wholeNumber } from '../field-faults.ts';
import {
  clientId,
  customData,
  file,
  fileName,
  logNumber,
  mentions,
  messageId,
  roomId,
  text,
} from '../frame.ts';

const inRoom = { room_id: v.optional(roomId) };
const change = { ...inRoom, client_id: v.optional(clientId) };

let oneEmoji: RegExp | undefined;

/**
 * Whether a text is one emoji, of any number of code points: 👩‍👩‍👧‍👦 has seven. The pattern is created with the first
 * reaction, because V8 needs 30 ms to compile it. A literal would be compiled at cold start.
 */
function isOneEmoji(text: string): boolean {
  // biome-ignore lint/complexity/useRegexLiterals: a literal is compiled when the file is loaded
  oneEmoji ??= new RegExp('^(?:\\p{RGI_Emoji}|\\p{Extended_Pictographic}\\uFE0F?)$', 'v');
  return oneEmoji.test(text);
}

/** An emoji with or without the variation selectors that request a colored glyph; they are added. */
const emoji = v.pipe(
  v.string(),
  v.maxLength(64),
  v.transform(qualifiedEmoji),
  v.check(isOneEmoji, 'must be one emoji'),
);

/** In contract S0 a client sends `message` without `action`, in S1 both. */
export const sendFrame = v.object({
  ...change,
  message: text,
  /** What the message is: `text` by default, or what `file` is. */
  type: v.optional(v.picklist(sentTypes), 'text'),
  /** The id of the message that this one replies to. */
  reply_to: v.optional(messageId),
  /** The content of a file in base64, or the id of an uploaded one. */
  file: v.optional(file),
  /** The name of the file. */
  file_name: v.optional(fileName),
  /** The ids of the users whom the message mentions, at most 50. */
  mentions: v.optional(mentions),
  /** A JSON object of your own, at most 2 KB. */
  data: v.optional(customData),
});

export const editFrame = v.object({
  ...change,
  message_id: messageId,
  text,
  /** Replaces the users whom the message mentions; an empty list removes them. */
  mentions: v.optional(mentions),
  /** Replaces the data of the message; null removes it. */
  data: v.optional(v.nullable(customData)),
});

export const deleteFrame = v.object({ ...change, message_id: messageId });

export const reactFrame = v.object({
  ...change,
  message_id: messageId,
  emoji,
  remove: v.optional(v.boolean(), false),
});

export const seenFrame = v.object({ ...inRoom, message_id: messageId });

export const typingFrame = v.object({ ...inRoom, typing: v.boolean() });

export const historyFrame = v.object({
  ...inRoom,
  before: v.optional(messageId),
  limit: v.optional(wholeNumber(1, HISTORY_LIMIT), HISTORY_LIMIT),
});

export const pingFrame = v.object({
  ...inRoom,
  rooms: v.optional(v.pipe(v.array(roomId), v.maxLength(MAX_PINGED_ROOMS))),
});

export const syncFrame = v.object({ ...inRoom, since: logNumber });

/** The maximum token length stays below API Gateway's frame limit of 32 KB. */
export const authenticateFrame = v.object({ token: v.pipe(v.string(), v.nonEmpty(), v.maxLength(16_384)) });

export const joinFrame = v.object({ room_id: roomId });

export const leaveFrame = joinFrame;
