import type * as v from 'valibot';
import type * as sent from '../functions/dialects/action/out-schema.ts';
import type * as received from '../functions/dialects/action/schema.ts';
import type { errorCode, wireId } from '../functions/dialects/out-schema.ts';
import type { roomChangeBody } from '../functions/dialects/rest/requests.ts';
import type * as rest from '../functions/dialects/rest/schema.ts';

// The types come from the server's schemas. The build of the client leaves the schemas out of the bundle.

type Output<S extends v.GenericSchema> = v.InferOutput<S>;

/** The id of a room or of a user: a number if it is a whole number, otherwise a string. */
export type Id = Output<typeof wireId>;

/** An error code of the server. */
export type WireErrorCode = Output<typeof errorCode>;

/**
 * A stored message. Its `status` moves from `send` to `delivered` to `read`.
 * @interface
 */
export type Message = Output<typeof sent.messageShape>;

/** How far a message has come: `send` (stored), `delivered` or `read`. */
export type Status = Message['status'];

type FrameSchema = Extract<(typeof sent)[keyof typeof sent], v.GenericSchema<unknown, { type: string }>>;

/** Any frame that the server sends. Its `type` says which. */
export type Frame = Output<FrameSchema>;

/** The server's frame with this type, such as `FrameOf<'typing'>`. */
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;

/** A change of a room's messages. `seq` is its sequence number in the room's log. */
export type Change = FrameOf<'chat_message' | 'message_edited' | 'message_deleted' | 'message_reacted'>;

/** A change of a room, its members or its pins. `seq` is its sequence number in the room's log. */
export type RoomChange = FrameOf<
  | 'room_updated'
  | 'member_added'
  | 'member_changed'
  | 'member_removed'
  | 'message_pinned'
  | 'message_unpinned'
>;

/** Any change with a sequence number. `hidden` stands for a message of a user whom the signed-in user has blocked. */
export type LoggedChange = Change | RoomChange | FrameOf<'hidden'>;

/** An event in a room that the log does not store, so it has no sequence number. */
export type Activity = FrameOf<'receipt' | 'message_seen' | 'typing' | 'presence'>;

type ActionSchemas = typeof received;

/** Any frame that the client sends. The schema of the action `send` is `sendFrame`, and so on. */
export type ClientFrame = {
  [Name in keyof ActionSchemas]: Name extends `${infer Action}Frame`
    ? { action: Action } & v.InferInput<ActionSchemas[Name]>
    : never;
}[keyof ActionSchemas];

/** A frame that changes a room's messages. The client repeats it until the server answers. */
export type ChangeRequest = Extract<ClientFrame, { action: 'send' | 'edit' | 'delete' | 'react' }>;

/** A page of rooms as the HTTP API returns it. Its messages have other fields than those in frames. */
export type RestRoomsPage = Output<typeof rest.roomsPage>;

type RestRoomSummary = RestRoomsPage['chats'][number];

/**
 * A room of the user, with its name, last message and unread count.
 * @interface
 */
export type RoomSummary = Omit<RestRoomSummary, 'last_message'> & {
  /** The newest message. Null if there is none. */
  last_message: Message | null;
};

/**
 * One page of the user's rooms.
 * @interface
 */
export type RoomsPage = Omit<RestRoomsPage, 'chats'> & {
  /** The rooms, latest first. */
  chats: RoomSummary[];
};

/**
 * A room with its members.
 * @interface
 */
export type RoomDetails = Output<typeof rest.descriptionShape>;

/**
 * A member of a room.
 * @interface
 */
export type Member = RoomDetails['members'][number];

/**
 * A change of a member. Pass `muted_until` or `muted_seconds` to mute them; null or 0 ends the mute.
 * @interface
 */
export type MemberChange = Partial<Pick<Member, 'role' | 'muted_until'>> & {
  /** For how many seconds the member may not write. */
  muted_seconds?: number;
};

/**
 * The settings of a group that can be changed.
 * @interface
 */
export type RoomUpdate = v.InferInput<typeof roomChangeBody>;

/**
 * One page of a room's members.
 * @interface
 */
export type MembersPage = Output<typeof rest.membersPage>;

/**
 * One page of the people whom a search found.
 * @interface
 */
export type UsersPage = Output<typeof rest.usersPage>;

/**
 * A user's preferences of a room: notifications, and whether the room is pinned to the top of the list, or hidden.
 * @interface
 */
export type Preferences = Output<typeof rest.preferencesShape>;

/** A page of found messages as the HTTP API returns it. */
export type RestFoundMessages = Output<typeof rest.foundMessagesPage>;

/**
 * One page of the messages that a search found, the newest first.
 * @interface
 */
export type FoundMessages = Omit<RestFoundMessages, 'messages'> & {
  /** The messages that contain all words. */
  messages: Message[];
};

/** The pinned messages of a room. */
export type PinsPage = Output<typeof rest.pinsShape>;

/**
 * A user whom the signed-in user has blocked.
 * @interface
 */
export type BlockedUser = Output<typeof rest.blockShape>;

/**
 * The user's report of a message.
 * @interface
 */
export type Report = Output<typeof rest.reportShape>;

/**
 * A reported message, for moderators.
 * @interface
 */
export type ReportedMessage = Output<typeof rest.reportedShape>;

/**
 * One page of reported messages.
 * @interface
 */
export type ReportsPage = Output<typeof rest.reportedPage>;

/** The answer to the announcement of a file: where to upload its bytes. */
export type UploadOffer = Output<typeof rest.offerShape>;

/** Where a file can be downloaded without a token. */
export type FileLink = Output<typeof rest.linkShape>;

/** The body of a refused HTTP request. */
export type RestError = Output<typeof rest.errorShape>;

/** Converts a message of the HTTP API into the form that messages have in frames. */
export function messageOf({
  id,
  chat: _chat,
  sender,
  content,
  timestamp,
  type,
  status,
  edited,
  ...rest
}: NonNullable<RestRoomSummary['last_message']>): Message {
  return {
    ...rest,
    message_id: id,
    text: content,
    sender_id: sender.id,
    // Earlier servers send no `sender_name`.
    sender_name: rest.sender_name ?? sender.username,
    sender_email: sender.email,
    ...(sender.guest && { guest: true }),
    status: status === 'sent' ? 'send' : status,
    created_at: timestamp,
    updated_at: timestamp,
    ...(type !== 'text' && { type }),
    ...(edited && { edited }),
  };
}

export const roomsPage = ({ chats, ...page }: RestRoomsPage): RoomsPage => ({
  ...page,
  chats: chats.map(({ last_message, ...room }) => ({
    ...room,
    last_message: last_message && messageOf(last_message),
  })),
});

/** Returns the number of bytes of a text in UTF-8. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** Whether a frame has a place in the room's log. A type that this client does not know has one too. */
export const isLogged = (frame: Frame): frame is LoggedChange =>
  'seq' in frame && !/^(joined|pong|sync|room_deleted)$/.test(frame.type);

/** Whether changes of this type are changes of a message. */
export const isMessageType = (type: string): boolean =>
  /^(chat_message|message_(edited|deleted|reacted))$/.test(type);

export const isChange = (frame: Frame): frame is Change => isMessageType(frame.type);

/**
 * Returns an id that is unique among users and guests: a guest may claim the id of a real user. It is the user's own
 * id, or `guest:` and the id that the guest claims.
 */
export const actorId = (id: Id, guest: true | undefined): string => (guest ? `guest:${id}` : String(id));

/** Whether a frame is about the user. True while the user is unknown. */
export const isUser = (frame: { user_id: Id; guest?: true | undefined }, user: string | undefined): boolean =>
  user === undefined || actorId(frame.user_id, frame.guest) === user;

/** Whether the user wrote a message. True while the user is unknown. */
export const isAuthor = ({ sender_id: user_id, guest }: Message, user: string | undefined): boolean =>
  isUser({ user_id, guest }, user);

/** Returns the fields that an edit replaces. Those that it removed are absent. */
const contentOf = ({ text, mentions, data }: Pick<Message, 'text' | 'mentions' | 'data'>) => ({
  text,
  ...(mentions && { mentions }),
  ...(data && { data }),
});

/** Whether a message of another user mentions the user. */
export const isMentioned = (message: Pick<Message, 'mentions'>, user: string | undefined): boolean =>
  message.mentions?.some((id) => String(id) === user) ?? false;

/** Returns the message as it is after a change, or undefined if the change deleted it. */
export function applyChange(message: Message, change: Change): Message | undefined {
  if (change.type === 'chat_message') return change.message;
  if (change.type === 'message_deleted') return undefined;
  if (change.type === 'message_edited') {
    const { data: _data, mentions: _mentions, ...kept } = message;
    return { ...kept, ...contentOf(change), edited: true };
  }
  const { emoji } = change;
  const { [emoji]: before, ...others } = message.reactions ?? {};
  const after = withReaction(before, change);
  if (reactorsOf(after).count === 0) return { ...message, reactions: others };
  // An emoji that is there already keeps its place.
  return { ...message, reactions: { ...message.reactions, [emoji]: after } };
}

/** The users who reacted with one emoji: all ids, or the number and some ids. */
type Reactions = NonNullable<Message['reactions']>[string];

/** Up to this number of users, the server lists all who reacted with an emoji. */
const MAX_LISTED = 50;

/** Returns the number of users who reacted with an emoji, and the ids of some or all of them. */
export const reactorsOf = (
  reactions: Reactions = [],
): {
  /** The number of users who reacted. */
  readonly count: number;
  /** The ids of these users, or of some of them if there are more than 50. */
  readonly users: Id[];
} => (Array.isArray(reactions) ? { count: reactions.length, users: reactions } : reactions);

function withReaction(before: Reactions | undefined, change: FrameOf<'message_reacted'>): Reactions {
  const { user_id, removed, unchanged } = change;
  const { count, users } = reactorsOf(before);
  const others = users.filter((user) => user !== user_id);
  const isListed = others.length < users.length;
  // Only the server knows whether it had counted a user who is not listed.
  const wasCounted = isListed || (count > users.length && Boolean(removed) !== Boolean(unchanged));
  const after = count - Number(wasCounted) + Number(!removed);
  const listed = removed ? others : [...others, user_id];
  return after > MAX_LISTED || after > listed.length ? { count: after, users: listed } : listed;
}

/**
 * Converts an event of a `sync` page into the frame that announced the event to live connections.
 * @param current the message as it is now; undefined if it was deleted or is not loaded
 * @returns undefined if the change cannot be shown without the message
 */
export function changeOf(
  { message: _, ...event }: FrameOf<'sync'>['events'][number],
  current: Message | undefined,
): LoggedChange | undefined {
  if (!isMessageType(event.type)) return event as unknown as LoggedChange;
  if (event.type !== 'message_deleted' && !current) return undefined;
  if (event.type === 'chat_message') return { ...event, message: current } as Change;
  if (event.type === 'message_edited') return { ...event, ...(current && contentOf(current)) } as Change;
  return event as Change;
}

/**
 * Whether a frame without a client id shows that the server accepted a change of an existing message. A repeat of an
 * edit that a later edit replaced is not recognized here; the server answers that repeat under its client id.
 */
export function isEcho(request: ChangeRequest, frame: Frame, user: string | undefined): boolean {
  if (request.action === 'send' || !isChange(frame) || 'client_id' in frame) return false;
  if (frame.message_id !== request.message_id) return false;
  if (request.action === 'delete') return frame.type === 'message_deleted';
  if (request.action === 'edit') return frame.type === 'message_edited' && frame.text === request.text;
  // The server adds the variation selectors that Unicode recommends.
  const bare = (emoji: string) => emoji.replaceAll('\uFE0F', '');
  const isSame = frame.type === 'message_reacted' && bare(frame.emoji) === bare(request.emoji);
  return isSame && isUser(frame, user) && !frame.removed === !request.remove;
}
