import * as v from 'valibot';
import type { Command } from '../../domain/command.ts';
import type { Event, MessageChanged } from '../../domain/event.ts';
import { seenBy, type User } from '../../domain/member.ts';
import { type Message, sentTypes } from '../../domain/message.ts';
import { type Dialect, FrameError, type View } from '../dialect.ts';
import {
  attached,
  clientId,
  clientIdOf,
  fieldOf,
  fieldsOf,
  fileName,
  messageId,
  parseFrame,
  refusedFields,
  text,
  userId,
  file as wholeFile,
  wireAuthor,
  wireFile,
} from '../frame.ts';
import { dialectTraits } from '../handshake.ts';

const common = { user: v.optional(userId), client_id: v.optional(clientId) };
const about = { ...common, message_id: messageId };
const body = v.nullish(text, '');

const file = { file: v.nullish(wholeFile), file_name: v.optional(fileName) };

export const create = v.object({
  ...common,
  ...file,
  type: v.optional(v.picklist(sentTypes), 'text'),
  body,
});
export const reply = v.object({ ...create.entries, message_id: messageId });
export const update = v.object({ ...about, ...file, body });
export const remove = v.object(about);
export const seen = v.object(about);
export const typing = v.object({ ...common, typing_status: v.pipe(v.string(), v.maxLength(64)) });

/** Contract S4 documents `typing` and `not_typing`. Any other value counts as `not_typing`. */
const TYPING = 'typing';

/** Returns the author that a guest names. For a signed-in user, checks that the frame names that user or none. */
function authorOf(fields: { user?: string | undefined }, sender: User): { author?: string } {
  if (fields.user === undefined || fields.user === sender.id || fields.user === sender.username) return {};
  if (sender.guest) return { author: fields.user };
  throw new FrameError('WRONG_USER');
}

const changed = (fields: { client_id?: string | undefined }) =>
  fields.client_id === undefined ? {} : { clientId: fields.client_id };

const extras = (
  fields: Parameters<typeof authorOf>[0] & Parameters<typeof changed>[0] & Parameters<typeof attached>[0],
  sender: User,
) => ({ ...authorOf(fields, sender), ...attached(fields), ...changed(fields) });

const decoders: Record<string, (frame: object, sender: User) => Command> = {
  create(frame, sender) {
    const fields = fieldsOf(create, frame);
    const { type, body: text } = fields;
    return { kind: 'SendMessage', text, type, ...extras(fields, sender) };
  },
  reply(frame, sender) {
    const fields = fieldsOf(reply, frame);
    const { type, body: text, message_id: replyTo } = fields;
    return { kind: 'SendMessage', text, type, replyTo, ...extras(fields, sender) };
  },
  update(frame, sender) {
    const fields = fieldsOf(update, frame);
    const { body: text, message_id: message } = fields;
    return { kind: 'EditMessage', message, text, ...extras(fields, sender) };
  },
  delete(frame, sender) {
    const fields = fieldsOf(remove, frame);
    return {
      kind: 'DeleteMessage',
      message: fields.message_id,
      ...authorOf(fields, sender),
      ...changed(fields),
    };
  },
  seen(frame, sender) {
    const fields = fieldsOf(seen, frame);
    return { kind: 'MarkSeen', message: fields.message_id, ...authorOf(fields, sender) };
  },
  typing(frame, sender) {
    const fields = fieldsOf(typing, frame);
    return { kind: 'SetTyping', typing: fields.typing_status === TYPING, ...authorOf(fields, sender) };
  },
};

const wireMessage = (message: Message, view: View) => ({
  id: String(message.id),
  user: message.author.id,
  ...wireAuthor(seenBy(view, message.author)),
  body: message.text,
  // Contract S4 has no other types.
  type: message.type === 'system' ? 'text' : message.type,
  file: null,
  ...(message.file && wireFile(message.room, message.file)),
  reply_to: message.replyTo === undefined ? null : String(message.replyTo),
  created: message.createdAt,
});

/** Returns the frame of a change. Contract S4 has no frames for other changes. */
function changeFrame({ change, message }: MessageChanged, view: View): object | undefined {
  if (change.kind === 'edit') return { operation: 'update', message: wireMessage(message, view) };
  if (change.kind === 'delete')
    return { operation: 'delete', message_id: String(message.id), user: change.by };
  return undefined;
}

function frameOf(event: Event, view: View): object | undefined {
  switch (event.kind) {
    case 'MessageSent': {
      const operation = event.message.replyTo === undefined ? 'create' : 'reply';
      return { operation, message: wireMessage(event.message, view) };
    }
    case 'MessageChanged':
      return changeFrame(event, view);
    case 'Seen':
      return { operation: 'seen', message_id: String(event.messageId), user: event.user };
    case 'TypingChanged':
      return { operation: 'typing', user: event.user, typing_status: event.typing ? TYPING : 'not_typing' };
    case 'Refused': {
      const { code, reason: message } = event;
      return { operation: 'error', code, message, ...refusedFields(event) };
    }
    // Contract S4 has no other frames.
    default:
      return undefined;
  }
}

/** Contract S4: a group chat whose frames name an operation, open to guests. */
export const operation: Dialect = {
  ...dialectTraits.operation,
  decode(json, sender) {
    const frame = parseFrame(json);
    const name = fieldOf(frame, 'operation');
    const decoder = typeof name === 'string' && Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (decoder) return decoder(frame, sender);
    const code = typeof name === 'string' ? 'UNKNOWN_ACTION' : 'BAD_FRAME';
    const reason = 'Frame not read: unknown operation. Send create, reply, update, delete, seen or typing.';
    throw new FrameError(code, reason, clientIdOf(frame));
  },
  encode: (event, view) => JSON.stringify(frameOf(event, view)),
};
