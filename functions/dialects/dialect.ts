import type { Command } from '../domain/command.ts';
import { ChatError, type ErrorCode } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import type { DialectTraits } from './handshake.ts';

/** Who sends a frame. */
export interface Speaker {
  readonly user: User;
  /** Not signed in, in a room that is open to anyone: only then a frame's word for who it is from counts. */
  readonly guest: boolean;
}

/** From where a connection looks at an event. */
export interface View {
  /** The id of the user who looks: some fields are for a message's author only. */
  readonly viewer: string;
  /** The event is of another room than the connection's own. */
  readonly elsewhere: boolean;
}

/** One wire contract: the only place that knows its words. */
export interface Dialect extends DialectTraits {
  /** @throws FrameError for a frame that is none of the contract's */
  decode(body: string, speaker: Speaker): Command;
  /** The frame, or undefined where the contract has no word for the event. */
  encode(event: Event, view: View): string | undefined;
}

/** A refusal of a frame, with the client id that the frame carried, so that its sender can tell which one it was. */
export class FrameError extends ChatError {
  readonly clientId: string | undefined;

  constructor(code: ErrorCode, reason?: string, clientId?: string) {
    super(code, reason);
    this.clientId = clientId;
  }
}

/** API Gateway posts at most this many bytes to a connection at once (AWS: quotas for WebSocket APIs, message payload size). */
export const MAX_FRAME_BYTES = 128 * 1024;

/** As many of `items` as make a JSON array of at most `bytes` bytes, from the first on. */
export function fitting(items: readonly unknown[], bytes: number): readonly unknown[] {
  let left = bytes - '[]'.length;
  const over = items.findIndex((item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + ','.length;
    return left < 0;
  });
  return over < 0 ? items : items.slice(0, over);
}
