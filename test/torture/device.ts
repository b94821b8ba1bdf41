import { setTimeout as pause } from 'node:timers/promises';
import { ChatClient, ChatClientError, type Room, type UploadedFile } from '../../client/index.ts';
import { FrameChecker } from './frame-checker.ts';
import { logFrameTypes, type Operation, requestsOperation, type SentFrame } from './operations.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import { checkTimeline } from './room-states.ts';
import type { DevicePlan, RoomPlan } from './scenario.ts';
import { type ClientNetwork, createNetwork, RawSocket } from './sockets.ts';

export interface DeviceOptions {
  readonly plan: DevicePlan;
  /** The client connects to `edge`. `socket` is the WebSocket API behind it. */
  readonly urls: { readonly socket: string; readonly edge: string };
  readonly token: () => Promise<string>;
  readonly recording: Recording;
  readonly random: Random;
}

/** How many of its own frames a device remembers, to send them again. */
const MAX_SENT_TEXTS = 10;

/** A device gives up after this many attempts to upload a file. */
const MAX_UPLOADS = 20;

const codeOf = (error: unknown): string => (error instanceof ChatClientError ? error.code : String(error));

/** A device of a user: a typed client, its open rooms, its pending operations and perhaps a raw socket. */
export class Device {
  readonly plan: DevicePlan;
  readonly client: ChatClient;
  readonly network: ClientNetwork;
  readonly rawSocket: RawSocket | undefined;
  readonly #recording: Recording;
  readonly #random: Random;
  readonly #checker: FrameChecker;
  readonly #rooms = new Map<string, Room>();
  readonly #watchedRooms = new WeakSet<Room>();
  readonly #pendingOperations = new Set<Operation>();
  /** Descriptions of other pending requests. */
  readonly #pendingRequests = new Set<{ readonly description: string }>();
  #sentTexts: readonly string[] = [];

  constructor({ plan, urls, token, recording, random }: DeviceOptions) {
    const { user, name, rawSocket } = plan;
    const room = user.home.id;
    this.plan = plan;
    this.#recording = recording;
    this.#random = random;
    this.#checker = new FrameChecker({ name, user, room: undefined, recording });
    this.network = createNetwork(this.#checker, (frame, text) => this.#onSend(frame, text));
    const checker = new FrameChecker({ name: `the raw socket of ${name}`, user, room, recording });
    this.rawSocket = rawSocket && new RawSocket({ ...rawSocket, room, urls, token, checker });
    this.client = new ChatClient({ url: urls.edge, token, WebSocket: this.network.WebSocket });
    this.client.on('state', (state) => {
      if (state === 'refused') this.addViolation(`was refused with ${this.client.error?.code}`);
    });
    this.open(user.home);
  }

  /** The open rooms, by id. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms;
  }

  get pendingOperations(): ReadonlySet<Operation> {
    return this.#pendingOperations;
  }

  /** The last frames that it sent to change something. */
  get sentTexts(): readonly string[] {
    return this.#sentTexts;
  }

  /** Returns why the device is not idle: its state, pending requests, and incorrect timelines. Empty if it is idle. */
  get unfinished(): readonly string[] {
    const { state } = this.client;
    const operations = [...this.#pendingOperations];
    return [
      ...(state === 'live' ? [] : [`is ${state}`]),
      ...operations.map(({ name, kind, room }) => `has no response to ${kind} ${name} of room ${room}`),
      ...[...this.#pendingRequests].map(({ description }) => `has no response to ${description}`),
      ...[...this.#rooms].flatMap(([id, room]) =>
        checkTimeline(room).map((violation) => `in room ${id} (${room.state}): ${violation}`),
      ),
    ];
  }

  addViolation(violation: string): void {
    this.#checker.addViolation(violation);
  }

  /** Opens a room, or returns the open one. */
  open({ id }: Pick<RoomPlan, 'id'>): Room {
    const room = this.client.room(id);
    this.#rooms.set(id, room);
    if (!this.#watchedRooms.has(room)) this.#watch(room);
    return room;
  }

  leave({ id }: RoomPlan): void {
    this.#rooms.get(id)?.leave();
    this.#rooms.delete(id);
  }

  /** Performs an operation and records how its promise settles. */
  async perform(operation: Operation): Promise<void> {
    const { operations } = this.#recording;
    this.#pendingOperations.add(operation);
    try {
      operations.resolve(operation, await this.#request(operation));
    } catch (error) {
      operations.reject(operation, codeOf(error));
    }
    this.#pendingOperations.delete(operation);
  }

  /** Waits for a request that changes nothing in the log. Other error codes than the given ones are violations. */
  async waitFor(description: string, promise: Promise<unknown>, codes: readonly string[]): Promise<void> {
    const request = { description };
    this.#pendingRequests.add(request);
    await promise.catch((error: unknown) => {
      if (!codes.includes(codeOf(error)))
        this.addViolation(`was refused ${description} with ${codeOf(error)}`);
    });
    this.#pendingRequests.delete(request);
  }

  /** Tries to open a room that the user is not a member of. Parley must refuse. */
  async openForbidden(id: string): Promise<void> {
    const room = this.client.room(id);
    const opened = room.ready().then(() => this.addViolation(`opened room ${id} without being a member`));
    await this.waitFor(`room ${id}`, opened, ['NOT_A_MEMBER']);
    room.leave();
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.rawSocket?.stop();
  }

  async #request(operation: Operation): Promise<number | undefined> {
    const { kind, message = 0, text = '', emoji = '', remove = false, replyTo, fileContent } = operation;
    const room = this.open({ id: operation.room });
    switch (kind) {
      case 'send': {
        const file = fileContent === undefined ? {} : await this.#upload(room, fileContent);
        const stored = await room.send(text, {
          ...file,
          ...(replyTo !== undefined && { reply_to: replyTo }),
        });
        const isSame = stored.text === text || stored.edited || stored.deleted;
        if (!isSame) this.addViolation(`sent "${text}" to room ${room.id}, but "${stored.text}" was stored`);
        return stored.message_id;
      }
      case 'edit':
        await room.edit(message, text);
        break;
      case 'delete':
        await room.delete(message);
        break;
      case 'react':
        await room.react(message, emoji, { remove });
        break;
      default:
        throw new Error(`Could not perform the operation: unknown kind ${String(kind satisfies never)}.`);
    }
    return undefined;
  }

  /** Uploads a file. Repeats a failed upload, as a user would. @throws the last error */
  async #upload(room: Room, content: string): Promise<UploadedFile> {
    const file = new File([content], 'file.txt', { type: 'text/plain' });
    for (let attempt = 1; ; attempt++) {
      try {
        const uploaded = await room.upload(file);
        this.#recording.count('files uploaded');
        return uploaded;
      } catch (error) {
        const isTemporary = ['INTERNAL', 'UNREACHABLE'].includes(codeOf(error));
        if (!isTemporary || attempt === MAX_UPLOADS) throw error;
        this.#recording.count('uploads repeated');
        await pause(100 * attempt);
      }
    }
  }

  /** Returns the content of a file. @param path the `file_url` of its message */
  async download(path: string): Promise<string> {
    return (await this.client.fetch(path)).text();
  }

  /** Checks that a room reports each change once and in order, and that it is not refused. */
  #watch(room: Room): void {
    this.#watchedRooms.add(room);
    let last = 0;
    for (const type of logFrameTypes) {
      room.on(type, ({ seq }) => {
        if (seq <= last) this.addViolation(`got event ${type} ${seq} of room ${room.id} after ${last}`);
        last = seq;
      });
    }
    room.on('state', (state) => {
      if (state === 'refused' && room.error?.code !== 'CLOSED')
        this.addViolation(`was refused room ${room.id} with ${room.error?.code}`);
    });
  }

  /** Records the client id of a new operation. Sometimes sends the same frame on the raw socket as well. */
  #onSend(frame: SentFrame, text: string): void {
    const { operations, count } = this.#recording;
    const { client_id: clientId } = frame;
    if (clientId === undefined) return;
    if (operations.get(clientId) !== undefined) count('frames repeated by the client');
    else {
      const isNew = (each: Operation) => each.clientId === '' && requestsOperation(frame, each);
      const operation = [...this.#pendingOperations].find(isNew);
      if (operation === undefined) this.addViolation(`sent a frame without an operation: ${text}`);
      else operations.setClientId(operation, clientId);
    }
    this.#sentTexts = [...this.#sentTexts, text].slice(-MAX_SENT_TEXTS);
    if (this.rawSocket === undefined || !this.#random.chance(0.3)) return;
    count('frames sent on two sockets at once');
    void this.rawSocket.send(text);
  }
}
