import * as v from 'valibot';
import type { Command } from '../domain/command.ts';
import type { Event } from '../domain/event.ts';
import type { Message } from '../domain/message.ts';
import { directRoomId } from '../domain/room.ts';
import { deleteFrame, editFrame, historyFrame, pingFrame, sendFrame } from './action-schema.ts';
import { type Dialect, FrameError, fitting, type Handshake, MAX_FRAME_BYTES, type View } from './dialect.ts';

/** Ids go out as JSON numbers where they are canonical decimal integers, as S0 and S1 show them. */
const wireId = (id: string): string | number =>
  /^(0|[1-9]\d*)$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;

const withoutSlash = (value: string | undefined) => value?.replace(/\/$/, '');

function requestedRoom({ query }: Handshake): string | undefined {
  const first = withoutSlash(query['firts_user'] ?? query['first_user']);
  const second = withoutSlash(query['second_user']);
  if (first && second) return directRoomId(first, second);
  return withoutSlash(query['room']);
}

function parsed(body: string): object {
  let frame: unknown;
  try {
    frame = JSON.parse(body);
  } catch {
    throw new FrameError('BAD_FRAME', 'The frame is not JSON: send one JSON object');
  }
  if (typeof frame === 'object' && frame !== null && !Array.isArray(frame)) return frame;
  throw new FrameError('BAD_FRAME', 'The frame is no JSON object: send one JSON object');
}

const named = (frame: object, field: string): unknown =>
  Object.hasOwn(frame, field) ? Reflect.get(frame, field) : undefined;

function clientIdOf(frame: object): string | undefined {
  const id = named(frame, 'client_id');
  return typeof id === 'string' && id.length <= 128 ? id : undefined;
}

function fieldsOf<S extends v.GenericSchema>(schema: S, frame: object): v.InferOutput<S> {
  const result = v.safeParse(schema, frame, { abortEarly: true });
  if (result.success) return result.output;
  const field = String(result.issues[0].path?.[0]?.key);
  const fault = Object.hasOwn(frame, field) ? 'is not what it should be' : 'is missing';
  throw new FrameError('BAD_FRAME', `The field "${field}" ${fault}: see the protocol`, clientIdOf(frame));
}

const changed = (fields: { room_id?: string | undefined; client_id?: string | undefined }) => ({
  ...(fields.room_id !== undefined && { room: fields.room_id }),
  ...(fields.client_id !== undefined && { clientId: fields.client_id }),
});

const decoders: Record<string, (frame: object) => Command> = {
  send(frame) {
    const fields = fieldsOf(sendFrame, frame);
    const reply = fields.reply_to === undefined ? {} : { replyTo: fields.reply_to };
    return { kind: 'SendMessage', text: fields.message, type: fields.type, ...reply, ...changed(fields) };
  },
  edit(frame) {
    const fields = fieldsOf(editFrame, frame);
    return { kind: 'EditMessage', message: fields.message_id, text: fields.text, ...changed(fields) };
  },
  delete(frame) {
    const fields = fieldsOf(deleteFrame, frame);
    return { kind: 'DeleteMessage', message: fields.message_id, ...changed(fields) };
  },
  history(frame) {
    const fields = fieldsOf(historyFrame, frame);
    const before = fields.before === undefined ? {} : { before: fields.before };
    return { kind: 'LoadHistory', limit: fields.limit, ...before, ...changed(fields) };
  },
  ping: (frame) => ({ kind: 'Ping', ...changed(fieldsOf(pingFrame, frame)) }),
};

function decode(body: string): Command {
  const frame = parsed(body);
  const action = named(frame, 'action') ?? (Object.hasOwn(frame, 'message') ? 'send' : undefined);
  if (typeof action !== 'string') {
    const reason = 'The frame has no action: send {"action":"send","message":"…"}';
    throw new FrameError('BAD_FRAME', reason, clientIdOf(frame));
  }
  const decoder = Object.hasOwn(decoders, action) ? decoders[action] : undefined;
  if (!decoder) throw new FrameError('UNKNOWN_ACTION', undefined, clientIdOf(frame));
  return decoder(frame);
}

/** S0 and S1 call a stored message that nobody else has got yet `send`. */
const wireStatus = { sent: 'send', delivered: 'delivered', read: 'read' } as const;

const wireMessage = (message: Message, { viewer }: View) => ({
  message_id: message.id,
  text: message.text,
  sender_id: wireId(message.author.id),
  sender_email: message.author.email,
  status: wireStatus[message.status],
  created_at: message.createdAt,
  updated_at: message.updatedAt,
  ...(message.type !== 'text' && { type: message.type }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
  ...(message.editedAt !== undefined && { edited: true }),
  ...(message.deletedAt !== undefined && { deleted: true }),
  ...(viewer === message.author.id && message.clientId !== undefined && { client_id: message.clientId }),
});

const ENVELOPE_BYTES = 1024;

function historyItems(messages: readonly Message[], view: View): readonly unknown[] {
  return fitting(
    messages.map((message) => wireMessage(message, view)),
    MAX_FRAME_BYTES - ENVELOPE_BYTES,
  );
}

function wireEvent(event: Event, view: View): object {
  const room = view.elsewhere ? { room_id: wireId(event.room) } : {};
  switch (event.kind) {
    case 'MessageSent': {
      const message = wireMessage(event.message, view);
      return { type: 'chat_message', message_id: message.message_id, message, seq: event.seq, ...room };
    }
    case 'MessageDelivered':
      return { type: 'mark_message_as_delivered', message: wireMessage(event.message, view), ...room };
    case 'MessageRead':
      return { type: 'mark_message_as_read', message: wireMessage(event.message, view), ...room };
    case 'MessageEdited': {
      const { id, text } = event.message;
      return { type: 'message_edited', message_id: id, text, seq: event.seq, ...room };
    }
    case 'MessageDeleted':
      return { type: 'message_deleted', message_id: event.message.id, seq: event.seq, ...room };
    case 'PresenceChanged': {
      const { user, online, lastSeen } = event.presence;
      const status = online ? 'online' : 'offline';
      return { type: 'presence', user_id: wireId(user), status, last_seen: lastSeen, ...room };
    }
    case 'Connected':
      return historyItems(event.messages, view);
    case 'HistoryLoaded': {
      const messages = historyItems(event.messages, view);
      const has_more = event.hasMore || messages.length < event.messages.length;
      return { type: 'history', messages, has_more, ...room };
    }
    case 'Ponged':
      return { type: 'pong', seq: event.seq, ...room };
    case 'Refused': {
      const client = event.clientId === undefined ? {} : { client_id: event.clientId };
      return { type: 'error', code: event.code, message: event.reason, ...client, ...room };
    }
    default:
      return event satisfies never;
  }
}

/** The contracts S0 and S1, and our own client's. */
export const action: Dialect = {
  name: 'action',
  open(handshake) {
    const room = requestedRoom(handshake);
    if (!room) return undefined;
    return { room, reads: handshake.query['reads'] === 'manual' ? 'manual' : 'auto' };
  },
  decode,
  encode: (event, view) => JSON.stringify(wireEvent(event, view)),
};
