/**
 * The types of the requests that the chat sends to functions of the team, and of their answers. They are types only.
 * @module @your-org/parley/hooks
 */

/** The event of the function of `ChatAuth.lambda`: a credential, and where it comes from. */
export interface AuthRequest {
  /** The token, or the value of the cookie, as the client sent it: 1 to 4,096 printable ASCII characters. */
  readonly credential: string;
  /**
   * Where the client sent the credential: `bearer` in the header `Authorization: Bearer` or in the subprotocols,
   * `cookie` in the session cookie, `query` in `?token=`, and `frame` in an `authenticate` frame of an open socket.
   */
  readonly kind: 'bearer' | 'cookie' | 'query' | 'frame';
  /** The header `Origin`. Null if there is none, and for a frame. Only browsers send it truthfully. */
  readonly origin: string | null;
  /** The IP address of the client. Null for a frame, whose event does not contain it. */
  readonly sourceIp: string | null;
}

/** The user that a credential belongs to. An answer with unknown fields is malformed, and refuses the client. */
export interface AuthAnswer {
  /** The user's id: 1 to 128 bytes without control characters. It must never belong to another user later. */
  readonly userId: string;
  /** The user name: 1 to 256 characters. Other members see it if there is no `name`. */
  readonly username: string;
  /** The name that other members see: 1 to 200 characters. A name that the admin API sets comes first. */
  readonly name?: string;
  /** The https address of the user's picture, at most 2,048 characters. One that the admin API sets comes first. */
  readonly avatarUrl?: string;
  /** An e-mail address that the user has proved to own, at most 254 characters. Default: none. */
  readonly email?: string;
  /** Texts of at most 256 characters. `user_type` is sent with the user's messages; others have no effect. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** When the credential expires, in milliseconds since the epoch. Default: one hour after the request. */
  readonly expiresAt?: number;
}

/** The handler of the function of `ChatAuth.lambda`. Null refuses the credential. */
export type AuthHandler = (request: AuthRequest) => Promise<AuthAnswer | null>;

/** The event of the function `beforeSend`: a message or an edit that the chat has not stored yet. */
export interface BeforeSendRequest {
  /** The version of this request. A release that changes the meaning of a field increases it. */
  readonly version: 1;
  /** `send` for a new message, `edit` for a change of an existing one. */
  readonly action: 'send' | 'edit';
  /** The room of the message. */
  readonly room: {
    /** The room's id. */
    readonly id: string;
    /** `direct` for the room of two users, otherwise `group`. */
    readonly kind: 'group' | 'direct';
  };
  /** The user who sends or edits the message. An edit may come from a moderator instead of the author. */
  readonly user: {
    /** The user's id. Unverified for a guest. */
    readonly id: string;
    /** The name that other members see. */
    readonly name: string;
    /** True for a guest, who has not signed in and may use any name. */
    readonly guest: boolean;
  };
  /** The new text: at most 8,000 characters. It may be empty if there is a file. */
  readonly text: string;
  /** The type of the message. */
  readonly type: 'text' | 'file' | 'image';
  /** The file that the message will have. Null if there is none. */
  readonly file: BeforeSendFile | null;
  /** The custom data that the message will have. Null if there is none. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The id of the message that this one replies to. Null if there is none. */
  readonly replyTo: number | null;
  /** The ids of the users whom the message will mention, at most 50. They need not be members of the room. */
  readonly mentions: readonly string[];
  /** The idempotency key that the client chose. Null if there is none. */
  readonly clientId: string | null;
  /** The id of the message to edit. Null for a new message, which has no id yet. */
  readonly messageId: number | null;
}

/** A file in a `BeforeSendRequest`. The request does not contain its bytes. */
export interface BeforeSendFile {
  /** The name that members see. */
  readonly name: string;
  /** The content type, such as `image/png`. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Whether the chat stores a message or an edit, and what it stores. An answer with unknown fields, an invalid text or
 * invalid data is malformed.
 */
export type BeforeSendAnswer =
  | {
      /** The chat stores the message. */
      readonly allow: true;
      /** The text to store instead. Default: the text of the request. */
      readonly text?: string;
      /** The custom data to store instead; null for none. Default: the data of the request. */
      readonly data?: Readonly<Record<string, unknown>> | null;
    }
  | {
      /** The chat does not store the message. */
      readonly allow: false;
      /** Why, for the sender to read: plain text of at most 300 characters. Default: a general sentence. */
      readonly reason?: string;
    };

/** The handler of the function `beforeSend`. */
export type BeforeSendHandler = (request: BeforeSendRequest) => Promise<BeforeSendAnswer>;
