import type { Command } from '../../domain/command.ts';
import { type Dialect, FrameError } from '../dialect.ts';
import { attached, clientIdOf, fieldOf, fieldsOf, parseFrame, wireId } from '../frame.ts';
import { dialectTraits } from '../handshake.ts';
import { actionFrame } from './encode.ts';
import {
  authenticateFrame,
  deleteFrame,
  editFrame,
  historyFrame,
  joinFrame,
  leaveFrame,
  pingFrame,
  reactFrame,
  seenFrame,
  sendFrame,
  syncFrame,
  typingFrame,
} from './schema.ts';

const changed = (fields: { room_id?: string | undefined; client_id?: string | undefined }) => ({
  ...(fields.room_id !== undefined && { room: fields.room_id }),
  ...(fields.client_id !== undefined && { clientId: fields.client_id }),
});

const decoders: Record<string, (frame: object) => Command> = {
  send(frame) {
    const fields = fieldsOf(sendFrame, frame);
    const reply = fields.reply_to === undefined ? {} : { replyTo: fields.reply_to };
    const { message: text, type } = fields;
    return { kind: 'SendMessage', text, type, ...reply, ...attached(fields), ...changed(fields) };
  },
  edit(frame) {
    const fields = fieldsOf(editFrame, frame);
    return { kind: 'EditMessage', message: fields.message_id, text: fields.text, ...changed(fields) };
  },
  delete(frame) {
    const fields = fieldsOf(deleteFrame, frame);
    return { kind: 'DeleteMessage', message: fields.message_id, ...changed(fields) };
  },
  react(frame) {
    const fields = fieldsOf(reactFrame, frame);
    const { message_id: message, emoji, remove } = fields;
    return { kind: 'React', message, emoji, remove, ...changed(fields) };
  },
  seen(frame) {
    const fields = fieldsOf(seenFrame, frame);
    return { kind: 'MarkSeen', message: fields.message_id, ...changed(fields) };
  },
  typing(frame) {
    const fields = fieldsOf(typingFrame, frame);
    return { kind: 'SetTyping', typing: fields.typing, ...changed(fields) };
  },
  history(frame) {
    const fields = fieldsOf(historyFrame, frame);
    const before = fields.before === undefined ? {} : { before: fields.before };
    return { kind: 'LoadHistory', limit: fields.limit, ...before, ...changed(fields) };
  },
  sync(frame) {
    const fields = fieldsOf(syncFrame, frame);
    return { kind: 'Sync', since: fields.since, ...changed(fields) };
  },
  authenticate: (frame) => ({ kind: 'Authenticate', token: fieldsOf(authenticateFrame, frame).token }),
  join: (frame) => ({ kind: 'JoinRoom', room: fieldsOf(joinFrame, frame).room_id }),
  leave: (frame) => ({ kind: 'LeaveRoom', room: fieldsOf(leaveFrame, frame).room_id }),
  ping: (frame) => ({ kind: 'Ping', ...changed(fieldsOf(pingFrame, frame)) }),
};

function decode(body: string): Command {
  const frame = parseFrame(body);
  const action = fieldOf(frame, 'action') ?? (Object.hasOwn(frame, 'message') ? 'send' : undefined);
  if (typeof action !== 'string') {
    const reason = 'The frame has no action: send {"action":"send","message":"…"}';
    throw new FrameError('BAD_FRAME', reason, clientIdOf(frame));
  }
  const decoder = Object.hasOwn(decoders, action) ? decoders[action] : undefined;
  if (!decoder) throw new FrameError('UNKNOWN_ACTION', undefined, clientIdOf(frame));
  return decoder(frame);
}

/** The contracts S0 and S1, and our own client's. */
export const action: Dialect = {
  ...dialectTraits.action,
  decode,
  encode(event, view) {
    const frame = actionFrame(event, view);
    if (!frame || !view.elsewhere || Array.isArray(frame)) return JSON.stringify(frame);
    return JSON.stringify({ ...frame, room_id: wireId(event.room) });
  },
};
