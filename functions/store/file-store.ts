/** An object as the store has it. */
export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
}

/** How a file is to be sent to the store: this request, with its body and no other header than these. */
export interface UploadRequest {
  readonly method: 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an object is served as, rather than as what it was stored. */
export interface ServedAs {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Where the bytes of files are. Keys come from `objectKey`, never from a user. */
export interface FileStore {
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Undefined where nothing was put there. */
  head(key: string): Promise<StoredObject | undefined>;
  /** Removes an object; one that is not there is no fault. */
  remove(key: string): Promise<void>;
  /** A request that puts an object of exactly this size and type, once, for `seconds` from `now` (milliseconds). */
  presignPut(key: string, object: StoredObject, seconds: number, now: number): Promise<UploadRequest>;
  /** A URL to read an object by, for `seconds` from `now` (milliseconds). */
  presignGet(key: string, served: ServedAs, seconds: number, now: number): Promise<string>;
}
