import { isLogFrame, messageOf, parseFrame, type ReceivedFrame, type SentFrame } from './operations.ts';
import type { Recording } from './recording.ts';
import { roomsOfTexts, type UserPlan } from './scenario.ts';

export interface FrameCheckerOptions {
  /** The name of the socket in reports. */
  readonly name: string;
  readonly user: UserPlan;
  /** The room of the connection, or undefined for an inbox connection. */
  readonly room: string | undefined;
  readonly recording: Recording;
}

/** Checks every frame that one socket receives. It stays the same when the socket reconnects. */
export class FrameChecker {
  readonly #options: FrameCheckerOptions;
  /** Rooms that this connection sent a join for. They stay even if the join fails. */
  readonly #joined = new Set<string>();

  constructor(options: FrameCheckerOptions) {
    this.#options = options;
  }

  /** Called when the socket opens, including after a reconnect. */
  onOpen(): void {
    this.#options.recording.count('connections');
    this.#joined.clear();
  }

  /** Called when a handshake fails. A member must not get a 4xx status. */
  onHandshakeFailure(reason: string): void {
    this.#options.recording.count('failed handshakes');
    const [status] = /\b4\d\d\b/.exec(reason) ?? [];
    if (status !== undefined) this.addViolation(`got status ${status} in the handshake, although a member`);
  }

  onSend({ action, room_id }: SentFrame): void {
    if (action === 'join') this.#joined.add(String(room_id));
  }

  onReceive(text: string): void {
    const { room: ownRoom, recording } = this.#options;
    recording.count('received frames');
    const frame = parseFrame(text);
    const room = frame?.room_id === undefined ? ownRoom : String(frame.room_id);
    this.#checkTexts(text, room);
    if (frame === undefined) return;
    if (frame.complete === false) recording.count('syncs that cannot return all missed changes');
    if (frame.type === 'error') recording.count(`errors ${frame.code}`);
    else if (frame.connectionId !== undefined) recording.count('errors of API Gateway');
    else if (room !== undefined) this.#checkFrame(room, frame);
    recording.operations.receive(frame);
  }

  addViolation(violation: string): void {
    const { name, user, recording } = this.#options;
    recording.addViolations(`${name} of user ${user.id} ${violation}`);
  }

  #checkFrame(room: string, frame: ReceivedFrame): void {
    const { user, recording } = this.#options;
    const { type, seq = '' } = frame;
    recording.receive(room, frame);
    // Parley answers a leave with `left` whether or not the connection had joined the room.
    if (room === user.forbidden?.id && type !== 'left')
      this.addViolation(`received a frame of room ${room} without being a member`);
    if (!this.#mayReceive(room, frame))
      this.addViolation(`received ${type} ${seq} of room ${room} without joining it`);
    const operation = recording.operations.get(frame.client_id ?? messageOf(frame)?.client_id);
    if (operation !== undefined && operation.user !== user.id) {
      const { name, user: owner } = operation;
      this.addViolation(`received the client id of ${name} of user ${owner} in room ${room}`);
    }
  }

  /**
   * Whether the connection may receive this frame. An inbox connection receives new messages, edits and deletions of all
   * rooms of its user, and every connection receives answers to its own requests. All other live frames are only for
   * connections in the room.
   */
  #mayReceive(room: string, frame: ReceivedFrame): boolean {
    const { room: ownRoom, user } = this.#options;
    const isLive = isLogFrame(frame) || frame.type === 'typing' || frame.type === 'presence';
    if (!isLive || room === ownRoom || this.#joined.has(room) || frame.client_id !== undefined) return true;
    if (ownRoom === undefined)
      return /^(chat_message|message_edited|message_deleted)$/.test(frame.type ?? '');
    return frame.type === 'chat_message' && messageOf(frame)?.sender_id === Number(user.id);
  }

  #checkTexts(text: string, room: string | undefined): void {
    const { home, second } = this.#options.user;
    const excerpt = text.slice(0, 300);
    for (const origin of roomsOfTexts(text)) {
      if (origin !== home.id && origin !== second.id)
        this.addViolation(`received a text of room ${origin} without being a member: ${excerpt}`);
      else if (origin !== room)
        this.addViolation(`received a frame of room ${room} with a text of room ${origin}: ${excerpt}`);
    }
  }
}
