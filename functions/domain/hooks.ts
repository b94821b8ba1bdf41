/**
 * The types of the requests that the chat sends to functions of the team, and of their answers.
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

/** The user that a credential belongs to. An answer with unknown fields is malformed, and the client is not let in. */
export interface AuthAnswer {
  /** The user's id: 1 to 128 bytes without control characters. It must never belong to another user later. */
  readonly userId: string;
  /** The name that other members see: 1 to 256 characters. */
  readonly username: string;
  /** An e-mail address that the user has proved to own, at most 254 characters. Default: none. */
  readonly email?: string;
  /** Texts of at most 256 characters. `user_type` is sent with the user's messages; others have no effect. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** When the credential expires, in milliseconds since the epoch. Default: one hour after the request. */
  readonly expiresAt?: number;
}

/** The handler of the function of `ChatAuth.lambda`. Null refuses the credential. */
export type AuthHandler = (request: AuthRequest) => Promise<AuthAnswer | null>;
