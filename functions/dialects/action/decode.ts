import type { Command } from '../../domain/command.ts';
import { type Dialect, FrameError } from '../dialect.ts';
import { attached, clientIdOf, fieldOf, fieldsOf, parseFrame, wireId } from '../frame.ts';
import { dialectTraits } from '../handshake.ts';
import { actionFrame } from './encode.ts';
import * as schema from './schema.ts';

const common = (fields: { room_id?: string | undefined; client_id?: string | undefined }) => ({
  ...(fields.room_id !== undefined && { room: fields.room_id }),
  ...(fields.client_id !== undefined && { clientId: fields.client_id }),
});

const contentOf = <D>({ data, mentions }: { data?: D | undefined; mentions?: string[] | undefined }) => ({
  ...(data !== undefined && { data }),
  ...(mentions && { mentions }),
});

const decoders: Record<string, (frame: object) => Command> = {
  send(frame) {
    const fields = fieldsOf(schema.sendFrame, frame);
    const reply = fields.reply_to === undefined ? {} : { replyTo: fields.reply_to };
    const { message: text, type } = fields;
    return {
      kind: 'SendMessage',
      text,
      type,
      ...reply,
      ...attached(fields),
      ...contentOf(fields),
      ...common(fields),
    };
  },
  edit(frame) {
    const fields = fieldsOf(schema.editFrame, frame);
    const { message_id: message, text } = fields;
    return { kind: 'EditMessage', message, text, ...contentOf(fields), ...common(fields) };
  },
  delete(frame) {
    const fields = fieldsOf(schema.deleteFrame, frame);
    return { kind: 'DeleteMessage', message: fields.message_id, ...common(fields) };
  },
  react(frame) {
    const fields = fieldsOf(schema.reactFrame, frame);
    const { message_id: message, emoji, remove } = fields;
    return { kind: 'React', message, emoji, remove, ...common(fields) };
  },
  seen(frame) {
    const fields = fieldsOf(schema.seenFrame, frame);
    return { kind: 'MarkSeen', message: fields.message_id, ...common(fields) };
  },
  typing(frame) {
    const fields = fieldsOf(schema.typingFrame, frame);
    return { kind: 'SetTyping', typing: fields.typing, ...common(fields) };
  },
  history(frame) {
    const fields = fieldsOf(schema.historyFrame, frame);
    const before = fields.before === undefined ? {} : { before: fields.before };
    return { kind: 'LoadHistory', limit: fields.limit, ...before, ...common(fields) };
  },
  sync(frame) {
    const fields = fieldsOf(schema.syncFrame, frame);
    return { kind: 'Sync', since: fields.since, ...common(fields) };
  },
  authenticate: (frame) => ({
    kind: 'Authenticate',
    token: fieldsOf(schema.authenticateFrame, frame).token,
  }),
  join: (frame) => ({ kind: 'JoinRoom', room: fieldsOf(schema.joinFrame, frame).room_id }),
  leave: (frame) => ({ kind: 'LeaveRoom', room: fieldsOf(schema.leaveFrame, frame).room_id }),
  ping(frame) {
    const fields = fieldsOf(schema.pingFrame, frame);
    return { kind: 'Ping', ...(fields.rooms && { rooms: fields.rooms }), ...common(fields) };
  },
};

function decode(body: string): Command {
  const frame = parseFrame(body);
  const action = fieldOf(frame, 'action') ?? (Object.hasOwn(frame, 'message') ? 'send' : undefined);
  if (typeof action !== 'string') {
    const reason = 'Frame not read: it has no action. Send {"action":"send","message":"…"}.';
    throw new FrameError('BAD_FRAME', reason, clientIdOf(frame));
  }
  const decoder = Object.hasOwn(decoders, action) ? decoders[action] : undefined;
  if (!decoder) throw new FrameError('UNKNOWN_ACTION', undefined, clientIdOf(frame));
  return decoder(frame);
}

/** The contracts S0 and S1: chats with receipts, and in S1 with edits and deletes. Extended for Parley's own client. */
export const action: Dialect = {
  ...dialectTraits.action,
  decode,
  encode(event, view) {
    const frame = actionFrame(event, view);
    if (!frame || !view.elsewhere || Array.isArray(frame)) return JSON.stringify(frame);
    return JSON.stringify({ ...frame, room_id: wireId(event.room) });
  },
};
