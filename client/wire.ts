import type * as v from 'valibot';
import type * as told from '../functions/dialects/action/out-schema.ts';
import type * as asked from '../functions/dialects/action/schema.ts';
import type { errorCode, wireId } from '../functions/dialects/out-schema.ts';
import type * as rest from '../functions/dialects/rest/schema.ts';

// The wire's types, taken from the schemas of the dialect. Nothing here is left at run time.

type Told<S extends v.GenericSchema> = v.InferOutput<S>;
type Asked<Action extends string, S extends v.GenericSchema> = { action: Action } & v.InferInput<S>;

/** The id of a room or of a user: a number where it is a whole number, else a text. */
export type Id = Told<typeof wireId>;

export type WireErrorCode = Told<typeof errorCode>;

/** A stored message. `status` climbs from `send` over `delivered` to `read`. */
export type Message = Told<typeof told.messageShape>;

export type Status = Message['status'];

/** What changes what a room says; `seq` is the change's number in the room's log. */
export type Change =
  | Told<typeof told.chatMessage>
  | Told<typeof told.edited>
  | Told<typeof told.deleted>
  | Told<typeof told.reacted>;

/** What else happens in a room; it takes no number. */
export type Activity =
  | Told<typeof told.delivered>
  | Told<typeof told.read>
  | Told<typeof told.seen>
  | Told<typeof told.typing>
  | Told<typeof told.presence>;

/** Every frame that a server sends, told apart by its `type`. */
export type Frame =
  | Change
  | Activity
  | Told<typeof told.history>
  | Told<typeof told.sync>
  | Told<typeof told.authenticated>
  | Told<typeof told.joined>
  | Told<typeof told.left>
  | Told<typeof told.inbox>
  | Told<typeof told.pong>
  | Told<typeof told.error>;

/** The frame of a type, such as `FrameOf<'typing'>`. */
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;

/** What is changed in a room, and repeated until it is answered. */
export type ChangeRequest =
  | Asked<'send', typeof asked.sendFrame>
  | Asked<'edit', typeof asked.editFrame>
  | Asked<'delete', typeof asked.deleteFrame>
  | Asked<'react', typeof asked.reactFrame>;

/** Every frame that a client sends. */
export type ClientFrame =
  | ChangeRequest
  | Asked<'seen', typeof asked.seenFrame>
  | Asked<'typing', typeof asked.typingFrame>
  | Asked<'history', typeof asked.historyFrame>
  | Asked<'sync', typeof asked.syncFrame>
  | Asked<'join', typeof asked.joinFrame>
  | Asked<'leave', typeof asked.leaveFrame>
  | Asked<'authenticate', typeof asked.authenticateFrame>
  | Asked<'ping', typeof asked.pingFrame>;

/** A page of the rooms that one is a member of, latest first. */
export type RoomsPage = Told<typeof rest.roomsPage>;

/** One room in such a page: its name, last message and how much of it is unread. */
export type RoomSummary = Told<typeof rest.summaryShape>;

/** A room with its members. */
export type RoomDetails = Told<typeof rest.descriptionShape>;

/** Where the bytes of a file that was announced go. */
export type UploadOffer = Told<typeof rest.offerShape>;

/** What REST tells of a refusal. */
export type RestError = Told<typeof rest.errorShape>;
