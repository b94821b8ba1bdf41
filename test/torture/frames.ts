/** A frame as the dialect `action` tells it; what a type does not have is undefined. */
export interface Frame {
  readonly type?: string;
  readonly room_id?: number | string;
  readonly message_id?: number;
  readonly message?: WireMessage | string;
  readonly user_id?: number;
  readonly emoji?: string;
  readonly removed?: true;
  readonly seq?: number;
  readonly code?: string;
  readonly client_id?: string;
  /** API Gateway's own frames have it. */
  readonly connectionId?: string;
}

/** A frame as a client asks it. */
export interface AskedFrame {
  readonly action?: string;
  readonly room_id?: number | string;
  readonly message?: string;
  readonly message_id?: number;
  readonly text?: string;
  readonly emoji?: string;
  readonly remove?: boolean;
  readonly client_id?: string;
}

export interface WireMessage {
  readonly message_id: number;
  readonly sender_id: number;
  readonly status: string;
  readonly client_id?: string;
}

export const messageOf = ({ message }: Frame): WireMessage | undefined =>
  typeof message === 'object' ? message : undefined;

/** The types of the frames that stand under a number of the room's log. */
export const changeTypes = ['chat_message', 'message_edited', 'message_deleted', 'message_reacted'] as const;

export const isChange = ({ type }: Frame): boolean => changeTypes.some((each) => each === type);

/** A frame's text as a frame; an array, such as the history on connect, is none. */
export function readFrame(text: string): Frame | undefined {
  const frame: unknown = JSON.parse(text);
  return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? frame : undefined;
}
