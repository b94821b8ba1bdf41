/** One DynamoDB call, already authorized. */
export interface DatabaseRequest {
  /** For instance `PutItem`. */
  readonly operation: string;
  /** The body, parsed. */
  readonly input: Record<string, unknown>;
  /** The body as it came. */
  readonly body: Buffer;
}

/** A DynamoDB answer; `body` is JSON, of an error too. */
export interface DatabaseReply {
  readonly status: number;
  readonly body: string | Buffer;
}

/** Something that answers DynamoDB calls: the embedded one, or another endpoint. */
export interface Database {
  send(request: DatabaseRequest): Promise<DatabaseReply>;
  /** Waits for running calls, then closes. */
  close(): Promise<void>;
}

/** A DynamoDB error as its own service writes it. */
export function databaseError(code: string, message: string, status = 400): DatabaseReply {
  const space = code === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazon.coral.service';
  return { status, body: JSON.stringify({ __type: `${space}#${code}`, message }) };
}
