/** A frame as a client of the dialect `action` reads it; what a type does not have is undefined. */
export interface Frame {
  readonly type?: string;
  readonly room_id?: number | string;
  readonly message_id?: number;
  readonly message?: WireMessage | string;
  readonly text?: string;
  readonly user_id?: number;
  readonly emoji?: string;
  readonly removed?: true;
  readonly seq?: number;
  readonly since?: number;
  readonly events?: readonly Frame[];
  readonly messages?: readonly WireMessage[];
  readonly has_more?: boolean;
  readonly complete?: boolean;
  readonly code?: string;
  readonly client_id?: string;
  readonly retry_after_ms?: number;
  /** API Gateway's own frames have it. */
  readonly connectionId?: string;
}

export interface WireMessage {
  readonly message_id: number;
  readonly text: string;
  readonly sender_id: number;
  readonly status: string;
  readonly deleted?: true;
  readonly reactions?: Readonly<Record<string, readonly number[]>>;
  readonly client_id?: string;
}

export const messageOf = ({ message }: Frame): WireMessage | undefined =>
  typeof message === 'object' ? message : undefined;

/** The types of the frames that stand under a number of the room's log. */
export const changeTypes: readonly string[] = [
  'chat_message',
  'message_edited',
  'message_deleted',
  'message_reacted',
];

/** A frame's text as a frame; an array, such as the history on connect, is none. */
export function readFrame(text: string): Frame | undefined {
  const frame: unknown = JSON.parse(text);
  return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? frame : undefined;
}
