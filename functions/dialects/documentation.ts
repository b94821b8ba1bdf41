import type { GenericSchema } from 'valibot';
import type { Command } from '../domain/command.ts';
import { type Event, entryEvent, type MessageChanged } from '../domain/event.ts';
import type { Change, Message } from '../domain/message.ts';
import type { Dialect } from './dialect.ts';

/** Descriptions of fields, by name or by path, such as `sender.id`. */
export type Descriptions = Readonly<Record<string, string>>;

interface Frame {
  /** The heading in the documentation. */
  readonly name: string;
  readonly schema: GenericSchema;
  /** What the frame means, in a few sentences. */
  readonly summary: string;
  /** Descriptions that differ from the contract's descriptions for all frames. */
  readonly fields?: Descriptions;
}

/** A frame that clients send. */
export interface FrameIn extends Frame {
  readonly command: Command['kind'];
  /** The field that decides which schema the decoder uses. The schema does not contain this field. */
  readonly tag?: { readonly field: string; readonly value: string; readonly optional?: boolean };
}

/** A frame that the server sends. */
export interface FrameOut extends Frame {
  readonly event: Event['kind'];
}

export interface Handshake {
  /** The path and query of the URL. */
  readonly path: string;
  readonly credential: string;
  /** Code that connects. */
  readonly sample: { readonly language: 'js' | 'sh'; readonly lines: readonly string[] };
  /** Query parameters besides those of all contracts. */
  readonly query: Descriptions;
  /** The reasons for refusals, each with the answer. */
  readonly refusals: readonly (readonly [reason: string, answer: string])[];
  /** What a URL without a room opens, if the dialect has inboxes. */
  readonly inbox?: string;
  /** What the server sends once the socket is open. */
  readonly greeting: string;
}

/** An example of an incoming frame from a contract, and the command that this frame decodes to. */
export interface ExampleIn {
  /** The section of the contract. `own-` marks Parley's extensions. */
  readonly clause: string;
  readonly frame: unknown;
  readonly command: Command;
}

/** An example of an outgoing frame from a contract, and the event that this frame encodes. */
export interface ExampleOut {
  readonly clause: string;
  readonly event: Event;
  readonly frame: unknown;
}

export interface Examples {
  readonly in: readonly ExampleIn[];
  readonly out: readonly ExampleOut[];
}

/** The documentation of a dialect. */
export interface Contract {
  readonly dialect: Dialect;
  /** The clients that use the dialect. */
  readonly clients: string;
  /** What the contract is. */
  readonly about: string;
  readonly examples: Examples;
  readonly handshake: Handshake;
  readonly in: readonly FrameIn[];
  readonly out: readonly FrameOut[];
  /** The events that the server does not send in this dialect. */
  readonly notSent: string;
  /** The message object that several frames contain. Null if frames contain the message's fields directly. */
  readonly message: { readonly schema: GenericSchema; readonly fields: Descriptions } | null;
  /** Descriptions for all frames. */
  readonly fields: Descriptions;
}

/**
 * Returns the incoming frames of a contract, named by their keys.
 * @param tagField the field whose value is the frame's name, if the contract has one
 */
export const incoming = (
  frames: Readonly<Record<string, Omit<FrameIn, 'name' | 'tag'> & { readonly tagOptional?: boolean }>>,
  tagField?: string,
): readonly FrameIn[] =>
  Object.entries(frames).map(([name, { tagOptional: optional = false, ...frame }]) => ({
    ...frame,
    name,
    ...(tagField !== undefined && { tag: { field: tagField, value: name, optional } }),
  }));

/** Returns the outgoing frames of a contract, named by their keys. */
export const outgoing = (frames: Readonly<Record<string, Omit<FrameOut, 'name'>>>): readonly FrameOut[] =>
  Object.entries(frames).map(([name, frame]) => ({ ...frame, name }));

export const decodes = (clause: string, frame: unknown, command: Command): ExampleIn => ({
  clause,
  frame,
  command,
});

export const encodes = (clause: string, event: Event, frame: unknown): ExampleOut => ({
  clause,
  event,
  frame,
});

/** Returns the event of a new message, for an example. */
export const messageSent = (message: Message): Event =>
  entryEvent(message.room, { kind: 'message', message }, message);

type NewChange<C> = C extends Change ? Omit<C, 'message' | 'at'> : never;

/** Returns the event of a change, for an example. */
export const messageChanged = (message: Message, change: NewChange<Change>): MessageChanged => ({
  kind: 'MessageChanged',
  room: message.room,
  message,
  change: { ...change, message: message.id, at: '2026-03-02T09:16:00.000Z' },
});

export const badCredential = ['The credential is missing or not valid.', '401'] as const;

export const noAccess = [
  'The user is not a member of the room, the room does not exist, or the URL names no room.',
  '403',
] as const;

/** Descriptions for all contracts. */
export const commonFields: Descriptions = {
  client_id:
    'An idempotency key that the client chooses, 1 to 128 characters. A frame with the same key within 24 hours is a repeat, even if its text differs: it changes nothing and gets the same answer.',
  retry_after_ms: 'The client may send the same frame again after this many milliseconds.',
  sender_name:
    'The author’s name when the message was sent: the one that the team has set by the admin API, or else the `name` of the token, or else the user name.',
  sender_avatar:
    'The https address of the author’s picture when the message was sent. Absent if there is none.',
  file_url: 'The path to download the file, with the session cookie or a bearer token.',
  file_type: 'The content type of the file.',
  file_size: 'The size of the file in bytes.',
  file_name: 'The name of an inline file.',
};

/** Describes custom data in a frame. */
export const dataField =
  'A JSON object of your own, at most 2,048 bytes of JSON in UTF-8 and 16 levels deep, without NUL characters and lone surrogates. The server stores it with the message and sends it to clients of this dialect.';

export const fileField = 'The id of an uploaded file, or an inline file as base64 or as a base64 data URL.';

export const errorFields: Descriptions = {
  code: 'The error code.',
  message: 'An explanation for people. Programs should use `code`.',
  client_id: 'The `client_id` of the refused frame, if it could be read.',
};
