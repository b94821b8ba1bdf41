import { ChatClientError, closed } from './errors.ts';
import type { Link, Receiver, State } from './link.ts';
import { Participants } from './participants.ts';
import { PendingChanges, type PendingMessage } from './pending-changes.ts';
import { RoomSync } from './room-sync.ts';
import type { Activity, Change, ChangeRequest, Frame, FrameOf, Message } from './wire.ts';

/** What happens in a room, by the name that the wire has for it. */
export type RoomEvents = { [Told in Change | Activity as Told['type']]: Told } & {
  /** The room's state is another. */
  state: State;
  /** A change was refused; its promise rejects too, where the page that asked for it is still there. */
  failed: { readonly frame: ChangeRequest; readonly error: ChatClientError };
};

export type Emit = <Name extends keyof RoomEvents>(name: Name, value: RoomEvents[Name]) => void;

type Receipt = FrameOf<'mark_message_as_delivered' | 'mark_message_as_read'>;

const isChange = (frame: Frame): frame is Change => 'message_id' in frame && 'seq' in frame;

const isReceipt = (frame: Frame): frame is Receipt =>
  frame.type === 'mark_message_as_delivered' || frame.type === 'mark_message_as_read';

const storedFrame = (message: Message): Frame => {
  const { message_id } = message;
  return { type: 'chat_message', message_id, message, seq: message_id };
};

/** What a room is made of: its log, what was changed here, its people; and who is told when they change. */
export class RoomCore {
  error: ChatClientError | undefined;
  messages: readonly (Message | PendingMessage)[] = [];
  readonly id: string;
  readonly link: Link;
  readonly feed: RoomSync;
  readonly drafts: PendingChanges;
  readonly people = new Participants(() => this.changed());
  readonly subscribers = new Set<() => void>();
  #state: State = 'connecting';
  #leaving = false;
  readonly #emit: Emit;

  constructor(id: string, link: Link, emit: Emit) {
    this.id = id;
    this.link = link;
    this.#emit = emit;
    this.error = isRoomId(id) ? undefined : noSuchRoom();
    this.feed = new RoomSync({
      room: id,
      link,
      onPage: (applied, page) => this.#paged(applied, page),
      onLive: () => this.#wentLive(),
      onRefused: (error) => this.#refused(error),
    });
    this.drafts = new PendingChanges({
      room: id,
      link,
      ready: () => this.feed.live,
      onChange: () => this.#drafted(),
      onFailed: (frame, error) => {
        emit('failed', { frame, error });
        link.failed(frame, error);
      },
    });
  }

  get state(): State {
    if (this.error) return 'refused';
    return this.link.state === 'live' && !this.feed.live ? 'catching-up' : this.link.state;
  }

  /** What the client calls. */
  get receiver(): Receiver {
    return {
      up: () => this.error || this.feed.up(),
      down: () => this.#down(),
      hear: (frame) => this.#hear(frame),
      refuse: (error) => this.drafts.refuse(error) || this.feed.refuse(error),
      fault: () => {
        this.drafts.fault();
        this.feed.fault();
      },
      ping: () => !this.error && this.link.send({ action: 'ping', room_id: this.id }),
      changed: () => this.#stateChanged(),
      pendingChanges: () => this.drafts.pendingChanges,
      restore: (left) => this.drafts.restore(left),
      stay: () => {
        this.#leaving = false;
      },
      end: (error) => this.#end(error),
    };
  }

  /** @throws ChatClientError where the room is refused or left, and with the code of a refusal */
  async change(asked: ChangeRequest): Promise<Frame> {
    if (this.error) throw this.error;
    return this.drafts.add(asked);
  }

  changed(): void {
    for (const listener of [...this.subscribers]) listener();
  }

  /** Leaves once all that was changed here is answered. */
  leave(): void {
    this.#leaving = true;
    this.#leaveWhenDone();
  }

  /** Puts messages together that were stored and that are pending. */
  compose(): void {
    const { log } = this.feed;
    this.drafts.reached(log.mark ?? 0);
    const { pending } = this.drafts;
    this.messages = pending.length > 0 ? [...log.messages, ...pending] : log.messages;
    this.changed();
  }

  /** Messages that came by a page may be one's own, of which no echo came. */
  recognize(messages: readonly Message[]): void {
    for (const message of messages) if (message.client_id) this.drafts.answer(storedFrame(message));
  }

  #drafted(): void {
    this.compose();
    this.link.waits();
    if (this.#leaving) queueMicrotask(() => this.#leaveWhenDone());
  }

  #leaveWhenDone(): void {
    if (!this.#leaving || !this.drafts.empty) return;
    this.#leaving = false;
    if (isRoomId(this.id)) this.link.send({ action: 'leave', room_id: this.id });
    this.error = closed();
    this.#end(this.error);
    this.#stateChanged();
    this.link.forget();
  }

  #end(error: ChatClientError): void {
    this.feed.end(error);
    this.drafts.end(error);
    this.people.forget();
  }

  #down(): void {
    this.feed.down();
    this.drafts.down();
    this.people.forget();
  }

  #wentLive(): void {
    this.drafts.pump();
    this.#stateChanged();
    this.link.changed();
  }

  #refused(error: ChatClientError): void {
    this.error = error;
    this.#end(error);
    this.#stateChanged();
    this.link.changed();
  }

  #stateChanged(): void {
    const { state } = this;
    if (state !== this.#state) {
      this.#state = state;
      this.#emit('state', state);
    }
    this.changed();
  }

  #paged(applied: readonly Change[], page?: FrameOf<'sync'>): void {
    const { log } = this.feed;
    for (const { message_id, status } of page?.receipts ?? []) log.climb(message_id, status);
    for (const { user_id, message_id } of page?.seen ?? []) this.people.reads(user_id, message_id);
    this.recognize(log.messages);
    this.#applied(applied);
  }

  #applied(changes: readonly Change[]): void {
    for (const change of changes) {
      this.drafts.answer(change);
      if (change.type === 'chat_message') this.people.types(change.message.sender_id, false);
    }
    this.compose();
    for (const change of changes) this.#tell(change);
  }

  #tell(frame: Change | Activity): void {
    this.#emit(frame.type, frame as never);
    this.link.tell({ ...frame, room_id: this.id });
  }

  #hear(frame: Frame): void {
    if (isChange(frame)) {
      const applied = this.feed.take(frame);
      this.drafts.answer(frame);
      this.#applied(applied);
      return;
    }
    const answered = this.feed.answer(frame);
    if (frame.type === 'pong') this.feed.hear(frame.seq);
    else if (frame.type === 'joined' && this.error) this.#invited();
    else if (frame.type === 'left' && !answered) this.#refused(removed());
    else if (isReceipt(frame)) this.#climbed(frame);
    else this.#happened(frame);
  }

  /** Somebody has made the user a member, again. */
  #invited(): void {
    this.error = undefined;
    this.#stateChanged();
    this.feed.up();
  }

  #climbed(frame: Receipt): void {
    if (!this.feed.log.climb(frame.message.message_id, frame.message.status)) return;
    this.compose();
    this.#tell(frame);
  }

  #happened(frame: Frame): void {
    const mine = 'user_id' in frame && String(frame.user_id) === this.link.user;
    if (frame.type === 'typing' && !mine) this.people.types(frame.user_id, frame.typing);
    else if (frame.type === 'presence') this.people.comesOrGoes(frame);
    else if (frame.type === 'message_seen') this.people.reads(frame.user_id, frame.message_id);
    else return;
    this.#tell(frame);
  }
}

const removed = () =>
  new ChatClientError('NOT_A_MEMBER', 'You were taken out of this room: ask one of its owners to add you');

const noSuchRoom = () =>
  new ChatClientError('NOT_A_MEMBER', 'There is no such room: ask for its address once more');

/** As the wire has it: any other would be refused as a frame that cannot be read. */
const isRoomId = (id: string): boolean => id !== '' && id.length <= 256 && !/\p{Surrogate}/u.test(id);
