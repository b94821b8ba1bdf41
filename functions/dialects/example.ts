import type { Command } from '../domain/command.ts';
import type { Event } from '../domain/event.ts';

/** A frame that clients send, as its contract prints it, and what it asks for. */
export interface FrameIn {
  readonly clause: string;
  readonly frame: unknown;
  readonly command: Command;
}

/** A frame that clients expect, as its contract prints it, and what has happened then. */
export interface FrameOut {
  readonly clause: string;
  readonly event: Event;
  readonly frame: unknown;
}

export interface Examples {
  readonly in: readonly FrameIn[];
  readonly out: readonly FrameOut[];
}
