import * as v from 'valibot';
import { HISTORY_LIMIT } from '../domain/command.ts';
import { messageTypes } from '../domain/message.ts';

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const numeric = v.pipe(v.string(), v.regex(/^[1-9]\d{0,15}$/), v.transform(Number), v.safeInteger());

/** Half a character would be stored as another one, and two ids would become the same. */
const wellFormed = v.check<string>((text) => text.isWellFormed());

/** Ids come as numbers or as numeric strings; both are the same message. */
const messageId = v.union([number, numeric]);
const roomId = v.union([
  v.pipe(v.string(), v.nonEmpty(), v.maxLength(256), wellFormed),
  v.pipe(v.number(), v.safeInteger(), v.transform(String)),
]);
const clientId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128), wellFormed);

const inRoom = { room_id: v.optional(roomId) };
const change = { ...inRoom, client_id: v.optional(clientId) };

/** S0 sends the bare `message`, S1 names the action. */
export const sendFrame = v.object({
  ...change,
  message: v.string(),
  type: v.optional(v.picklist(messageTypes), 'text'),
  reply_to: v.optional(messageId),
  file: v.optional(v.never()),
});

export const editFrame = v.object({ ...change, message_id: messageId, text: v.string() });

export const deleteFrame = v.object({ ...change, message_id: messageId });

export const historyFrame = v.object({
  ...inRoom,
  before: v.optional(messageId),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HISTORY_LIMIT)), HISTORY_LIMIT),
});

export const pingFrame = v.object(inRoom);
