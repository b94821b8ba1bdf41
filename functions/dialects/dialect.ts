import type { Command } from '../domain/command.ts';
import type { Changes } from '../domain/connection.ts';
import { ChatError, type ErrorCode } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Reader, User } from '../domain/member.ts';
import type { DialectTraits } from './handshake.ts';

/** The connection for which an event is encoded. Some fields are sent to a message's author only. */
export interface View extends Reader {
  /** Whether the connection gets changes of rooms, members and pins: see `Connection.changes`. */
  readonly changes?: Changes;
  /** Whether the event belongs to another room than the connection's own. */
  readonly elsewhere: boolean;
}

/** The codec of a wire contract. Nothing outside its folder knows the words of the contract. */
export interface Dialect extends DialectTraits {
  /**
   * Parses a frame that a client sent.
   * @param sender the user of the connection. Only a guest's frame may name its author
   * @throws FrameError if the frame does not follow the contract
   */
  decode(body: string, sender: User): Command;
  /** Returns the frame that announces an event, or undefined if the contract has none. */
  encode(event: Event, view: View): string | undefined;
}

/** A refusal with the client id of the refused frame, so that the client finds the frame. */
export class FrameError extends ChatError {
  readonly clientId: string | undefined;

  constructor(code: ErrorCode, message?: string, clientId?: string) {
    super(code, message);
    this.clientId = clientId;
  }
}

/** API Gateway's maximum payload of a post to a connection, in bytes (AWS: quotas for WebSocket APIs). */
export const MAX_FRAME_BYTES = 128 * 1024;

/** Returns the first items, as many as fit into a JSON array of `bytes` bytes. */
export function fitting(items: readonly unknown[], bytes: number): readonly unknown[] {
  let left = bytes - '[]'.length;
  const over = items.findIndex((item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + ','.length;
    return left < 0;
  });
  return over < 0 ? items : items.slice(0, over);
}
