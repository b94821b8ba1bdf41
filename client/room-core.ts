import type { Connection } from './connection.ts';
import { ChatClientError, closed } from './errors.ts';
import { Observable, type RoomEvents, type State } from './events.ts';
import type { Outbox } from './outbox.ts';
import { Participants } from './participants.ts';
import { PendingChanges, type PendingMessage } from './pending-changes.ts';
import { type RestClient, roomPath, type TokenSource } from './rest.ts';
import { Room } from './room.ts';
import { RoomInfo } from './room-info.ts';
import { RoomSync } from './room-sync.ts';
import type { Activity, ChangeRequest, Frame, FrameOf, LoggedChange, Message } from './wire.ts';
import { actorId, byteLength, isLogged } from './wire.ts';

/** The parts of the client that its rooms use. */
export interface RoomContext {
  readonly connection: Connection;
  readonly tokens: TokenSource;
  readonly rest: RestClient;
  readonly outbox: Outbox;
  onState(): void;
  onPendingChanges(): void;
  /** Called with each event, in order. */
  onEvent(frame: Frame): void;
  onFailed(room: string, failed: RoomEvents['failed']): void;
  onLeft(room: string, leaveSent: boolean): void;
}

/** With the minute until the next tick, a room is checked every ten minutes. */
const UNHEARD_MS = 9 * 60_000;

const MAX_ID_BYTES = 300;

/** The server rejects other ids as malformed, without naming the room. */
const isRoomId = (id: string): boolean =>
  id !== '' && !/^#|^\.{1,2}$|\p{Cc}|\p{Surrogate}/u.test(id) && byteLength(id) <= MAX_ID_BYTES;

const unavailable = (reason: string) => new ChatClientError('NOT_A_MEMBER', `Room not available: ${reason}`);

/** The internals of a room, which the client calls: its log, pending changes and participants. */
export class RoomCore extends Observable<RoomEvents> {
  error: ChatClientError | undefined;
  messages: readonly (Message | PendingMessage)[] = [];
  readonly room = new Room(this);
  readonly id: string;
  readonly context: RoomContext;
  readonly sync: RoomSync;
  readonly pending: PendingChanges;
  readonly participants = new Participants(() => this.notify());
  readonly info = new RoomInfo(
    () => this.context.rest.json(roomPath(this.id)),
    () => this.notify(),
  );
  #state: State = 'connecting';
  /** Whether the room will be left once all its changes are answered. */
  isLeaving = false;

  constructor(id: string, context: RoomContext) {
    super();
    this.id = id;
    this.context = context;
    if (!isRoomId(id)) this.error = unavailable('its id is not valid. Check the address.');
    this.sync = new RoomSync(this);
    this.pending = new PendingChanges(this);
  }

  get state(): State {
    if (this.error) return 'refused';
    const { phase } = this.context.connection;
    if (phase !== 'open') return phase;
    return this.sync.isLive ? 'live' : 'catching-up';
  }

  /** Starts to catch up, because the socket is open. */
  connect(): void {
    if (!this.error) void this.sync.start();
  }

  /** Handles a closed socket. */
  disconnect(): void {
    this.sync.stop();
    this.pending.queue.disconnect();
    this.participants.clear();
  }

  /** Rejects all requests that wait in this room. */
  close(error: ChatClientError): void {
    this.disconnect();
    this.sync.queue.close(error);
    this.pending.queue.close(error);
  }

  /** Whether only a ping can show that changes of the room were missed: none arrived for nine minutes. */
  isUnheard(now: number): boolean {
    return !this.error && now - this.sync.heardAt >= UNHEARD_MS;
  }

  /** Whether a ping has to ask for the room's last sequence number. Records that it does. */
  pinged(): boolean {
    this.sync.heardAt = Date.now();
    return !this.error;
  }

  /** Handles a refusal. Returns whether it belongs to a request of this room. */
  refuse(error: FrameOf<'error'>): boolean {
    return this.pending.queue.refuse(error) || this.sync.queue.refuse(error);
  }

  /** Repeats the request in flight later, because the server failed at a frame that it did not name. */
  retryLater(): void {
    this.pending.queue.retryLater();
    this.sync.queue.retryLater();
  }

  receive(frame: Frame): void {
    if (isLogged(frame)) {
      const applied = this.sync.add(frame);
      this.pending.queue.accept(frame);
      this.#applied(applied);
      return;
    }
    const isAnswer = this.sync.queue.accept(frame);
    if (frame.type === 'joined' && this.error) this.#reopen();
    else if (frame.type === 'preferences') this.info.prefer(frame);
    else if (frame.type === 'room_deleted')
      this.onRefused(new ChatClientError('ROOM_DELETED', 'The room was deleted. Its messages are gone.'));
    else if (frame.type === 'left' && !isAnswer && this.error?.code !== 'ROOM_DELETED')
      this.onRefused(unavailable('you were removed from it. Ask one of its owners to add you.'));
    else this.#addActivity(frame);
  }

  /** @throws ChatClientError if the room is refused or was left, or with the code of the server's refusal */
  async change(request: ChangeRequest): Promise<Frame> {
    if (this.error) throw this.error;
    return this.pending.add(request);
  }

  leave(): void {
    // The room may be open again, as another object.
    this.isLeaving = this.error?.code !== 'CLOSED';
    this.#leaveWhenDone();
  }

  /** Emits `state` if the state changed, and notifies the subscribers in any case. */
  updateState(): void {
    const { state } = this;
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
    this.notify();
  }

  /** Combines stored and pending messages. */
  updateMessages(): void {
    const { log } = this.sync;
    this.pending.hideStored(log.cursor ?? 0);
    const { messages } = this.pending;
    this.messages = messages.length > 0 ? [...log.messages, ...messages] : log.messages;
    this.notify();
  }

  /** Accepts loaded messages as answers, because the user's own echo may have been lost. */
  acceptLoaded(messages: readonly Message[]): void {
    for (const message of messages) {
      const { client_id, message_id } = message;
      if (client_id)
        this.pending.queue.accept({ type: 'chat_message', message_id, message, seq: message_id });
    }
  }

  /** Called when the room has caught up. */
  onLive(): void {
    this.pending.queue.sendNext();
    this.updateState();
    this.context.onState();
  }

  /** Called after a page of missed changes was applied, or, without `page`, after the history was loaded again. */
  onPage(applied: readonly LoggedChange[], page?: FrameOf<'sync'>): void {
    const { log } = this.sync;
    for (const { message_id, status } of page?.receipts ?? []) log.raiseStatus(message_id, status);
    for (const { user_id, message_id } of page?.seen ?? []) this.participants.setSeen(user_id, message_id);
    this.acceptLoaded(log.messages);
    // Changes of the room may be among those that were skipped.
    if (!page) this.info.reload();
    this.#applied(applied);
  }

  /** Called when the server refuses the room. */
  onRefused(error: ChatClientError): void {
    this.error = error;
    this.close(error);
    this.updateState();
    this.context.onState();
  }

  onPendingChanges(): void {
    this.updateMessages();
    this.context.onPendingChanges();
    if (this.isLeaving) queueMicrotask(() => this.#leaveWhenDone());
  }

  onFailed(frame: ChangeRequest, error: ChatClientError): void {
    const failed = { frame, error };
    this.emit('failed', failed);
    this.context.onFailed(this.id, failed);
  }

  #leaveWhenDone(): void {
    if (!this.isLeaving || !this.pending.queue.isEmpty) return;
    this.isLeaving = false;
    const leaveSent =
      isRoomId(this.id) && this.context.connection.send({ action: 'leave', room_id: this.id });
    this.error = closed();
    this.close(this.error);
    this.updateState();
    this.context.onLeft(this.id, leaveSent);
  }

  /** Opens the room again after the user was added to it. */
  #reopen(): void {
    this.error = undefined;
    this.updateState();
    this.connect();
  }

  #applied(changes: readonly LoggedChange[]): void {
    for (const change of changes) {
      this.info.add(change);
      this.pending.queue.accept(change);
      if (change.type === 'chat_message')
        this.participants.setTyping(actorId(change.message.sender_id, change.message.guest), false);
    }
    this.updateMessages();
    for (const change of changes) if (change.type !== 'hidden') this.#emitEvent(change);
  }

  #addActivity(frame: Frame): void {
    const user = 'user_id' in frame ? actorId(frame.user_id, 'guest' in frame ? frame.guest : undefined) : '';
    const isOwn = user === this.context.tokens.user;
    if (frame.type === 'receipt') {
      if (!this.sync.log.acknowledge(frame.message_id, frame.status)) return;
      this.updateMessages();
    } else if (frame.type === 'typing' && !isOwn) this.participants.setTyping(user, frame.typing);
    else if (frame.type === 'presence') this.participants.setPresence(frame);
    else if (frame.type === 'message_seen') this.participants.setSeen(user, frame.message_id);
    else return;
    this.#emitEvent(frame);
  }

  #emitEvent(frame: Exclude<LoggedChange, { type: 'hidden' }> | Activity): void {
    this.emit(frame.type, frame as never);
    this.context.onEvent({ ...frame, room_id: this.id });
  }
}
