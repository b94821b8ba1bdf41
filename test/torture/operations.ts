/** A frame that a client receives in the dialect `action`. Fields that its type does not have are undefined. */
export interface ReceivedFrame {
  readonly type?: string;
  readonly room_id?: number | string;
  readonly message_id?: number;
  readonly message?: WireMessage | string;
  readonly user_id?: number;
  readonly emoji?: string;
  readonly removed?: true;
  readonly seq?: number;
  readonly code?: string;
  /** Of a `sync` frame: false if the client missed too many changes. */
  readonly complete?: boolean;
  readonly client_id?: string;
  /** Present only in frames of API Gateway itself. */
  readonly connectionId?: string;
}

/** A frame that a client sends. */
export interface SentFrame {
  readonly action?: string;
  readonly room_id?: number | string;
  readonly message?: string;
  readonly message_id?: number;
  readonly text?: string;
  readonly emoji?: string;
  readonly remove?: boolean;
  readonly client_id?: string;
}

interface WireMessage {
  readonly message_id: number;
  readonly sender_id: number;
  readonly status: string;
  readonly client_id?: string;
}

export const messageOf = ({ message }: ReceivedFrame): WireMessage | undefined =>
  typeof message === 'object' ? message : undefined;

const changeTypes = {
  send: 'chat_message',
  edit: 'message_edited',
  delete: 'message_deleted',
  react: 'message_reacted',
} as const;

/** The types of the frames that report an entry of the room's log. */
export const logFrameTypes = Object.values(changeTypes);

export const isLogFrame = ({ type }: ReceivedFrame): boolean => logFrameTypes.some((each) => each === type);

/** Parses a frame. Returns undefined for an array, which is the history that some connections receive first. */
export function parseFrame(text: string): ReceivedFrame | undefined {
  const frame: unknown = JSON.parse(text);
  return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? frame : undefined;
}

/** A change that a device requests. Parley must store it once, however often the device sends it. */
export interface Operation {
  /** Its name in reports. */
  readonly name: string;
  /** The idempotency key. Empty until the client first sends the operation. */
  clientId: string;
  readonly user: string;
  readonly room: string;
  readonly kind: 'send' | 'edit' | 'delete' | 'react';
  /** The id of the message to change. */
  readonly message?: number;
  /** Unique among all operations. */
  readonly text?: string;
  readonly emoji?: string;
  readonly remove?: boolean;
  readonly replyTo?: number;
  /** The content of the file that the device uploads for the message. */
  readonly fileContent?: string;
  /** The error code that Parley must answer with. Undefined if the operation is valid. */
  readonly expectedError?: string;
}

/** The responses to an operation so far. */
export interface Responses {
  /** The sequence numbers in acknowledgements. There must be only one. */
  readonly seqs: Set<number>;
  /** Whether an acknowledgement has the sequence number 0: the operation changed nothing, and is not in the log. */
  unchanged?: boolean;
  /** The error codes of permanent refusals. */
  readonly errors: Set<string>;
  /** Whether the client's promise has resolved. */
  resolved: boolean;
}

/** An operation with its responses. */
export interface TrackedOperation {
  readonly operation: Operation;
  readonly responses: Responses;
}

/** Whether a frame that a client sends requests this operation. */
export function requestsOperation(frame: SentFrame, operation: Operation): boolean {
  const { kind, room, text, message, emoji, remove } = operation;
  if (frame.action !== kind || String(frame.room_id) !== room) return false;
  if (kind === 'send') return frame.message === text;
  if (frame.message_id !== message) return false;
  if (kind === 'edit') return frame.text === text;
  return kind === 'delete' || (frame.emoji === emoji && !frame.remove === !remove);
}

/** All operations of a run with their responses. */
export class OperationLog {
  readonly #responses = new Map<Operation, Responses>();
  readonly #byClientId = new Map<string, Operation>();

  add(operation: Operation): Operation {
    this.#responses.set(operation, { seqs: new Set(), errors: new Set(), resolved: false });
    return operation;
  }

  setClientId(operation: Operation, clientId: string): void {
    operation.clientId = clientId;
    this.#byClientId.set(clientId, operation);
  }

  /** Returns the operation with this client id. */
  get(clientId = ''): Operation | undefined {
    return this.#byClientId.get(clientId);
  }

  /** Records that the client's promise resolved. The promise of a send has a sequence number. */
  resolve(operation: Operation, seq?: number): void {
    const responses = this.#responses.get(operation);
    if (responses === undefined) return;
    responses.resolved = true;
    if (seq !== undefined) responses.seqs.add(seq);
  }

  /** Records that the client's promise was rejected. */
  reject(operation: Operation, code: string): void {
    this.#responses.get(operation)?.errors.add(code);
  }

  /** Records the response in a frame, if it has one. Only frames for the sender contain a client id. */
  receive(frame: ReceivedFrame): void {
    const operation = this.get(frame.client_id ?? messageOf(frame)?.client_id);
    if (operation === undefined) return;
    const { type, seq, code = '' } = frame;
    // The client repeats an operation after these two codes.
    const isTemporary = code === 'INTERNAL' || code === 'RATE_LIMITED';
    if (type === 'error' && !isTemporary) this.reject(operation, code);
    const responses = this.#responses.get(operation);
    if (type !== changeTypes[operation.kind] || seq === undefined || responses === undefined) return;
    if (seq === 0) responses.unchanged = true;
    else responses.seqs.add(seq);
  }

  list(): readonly TrackedOperation[] {
    return [...this.#responses].map(([operation, responses]) => ({ operation, responses }));
  }
}
