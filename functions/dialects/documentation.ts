import type { GenericSchema } from 'valibot';
import type { Command } from '../domain/command.ts';
import type { Event } from '../domain/event.ts';
import type { Dialect } from './dialect.ts';

/** What a field is for, by its name or its path, such as `sender.id`. */
export type Words = Readonly<Record<string, string>>;

interface Frame {
  /** How the documents call it. */
  readonly name: string;
  readonly schema: GenericSchema;
  /** What follows from it, in a sentence or two. */
  readonly does: string;
  /** Fields that mean something else here than in the contract's other frames. */
  readonly words?: Words;
}

/** A frame that clients send. */
export interface FrameIn extends Frame {
  readonly asks: Command['kind'];
  /** The field that tells this frame from others, where the schema has it not: decoders look at it first. */
  readonly tag?: { readonly field: string; readonly value: string; readonly optional?: boolean };
}

/** A frame that clients are sent. */
export interface FrameOut extends Frame {
  readonly tells: Event['kind'];
}

/** What is asked of the WebSocket's URL, header by header, and how it is refused. */
export interface Handshake {
  /** Below the edge's name. */
  readonly path: string;
  readonly credential: string;
  /** JavaScript, or a shell line, that connects. */
  readonly sample: { readonly language: 'js' | 'sh'; readonly lines: readonly string[] };
  /** Query parameters besides those that every contract has. */
  readonly query: Words;
  /** What is wrong, and what the client sees. */
  readonly refused: readonly (readonly [why: string, answer: string])[];
  /** What comes once the socket is open. */
  readonly greeting: string;
}

/** A dialect as its documents tell it. */
export interface Contract {
  readonly dialect: Dialect;
  /** Which contracts it serves. */
  readonly serves: string;
  readonly examples: Examples;
  readonly handshake: Handshake;
  readonly in: readonly FrameIn[];
  readonly out: readonly FrameOut[];
  /** What it has no word for, in a sentence. */
  readonly silence: string;
  /** The message, which stands in many frames. Null where the frame itself is the message. */
  readonly message: { readonly schema: GenericSchema; readonly words: Words } | null;
  readonly words: Words;
}

export const badCredential = ['the credential is missing or not valid', '401'] as const;

export const noMember = ['not a member of the room, no such room, or no room named', '403'] as const;

/** Fields that mean the same in every contract. */
export const commonWords: Words = {
  client_id:
    'Your own name for this frame, of 1 to 128 characters. The same one again within a day is the same change: it is made once, and answered again.',
  retry_after_ms: 'After so many milliseconds the same frame will do.',
  file_url: 'Where members read the file, below the edge’s name, with the cookie or a bearer token.',
  file_type: 'The file’s content type.',
  file_size: 'The file’s size in bytes.',
  file_name: 'What to call the file that is in the frame.',
};

export const fileIn =
  'The id of a file that was uploaded before, or a small file itself as base64 or a base64 data URL.';

/** A frame that clients send, as its contract prints it, and what it asks for. */
export interface ExampleIn {
  readonly clause: string;
  readonly frame: unknown;
  readonly command: Command;
}

/** A frame that clients expect, as its contract prints it, and what has happened then. */
export interface ExampleOut {
  readonly clause: string;
  readonly event: Event;
  readonly frame: unknown;
}

export interface Examples {
  readonly in: readonly ExampleIn[];
  readonly out: readonly ExampleOut[];
}
