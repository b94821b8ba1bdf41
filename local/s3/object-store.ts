import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An object as it was put. */
export interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** What a browser is told of keeping it; undefined for nothing. */
  readonly cacheControl: string | undefined;
  /** With its quotes, as in the header. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** The objects of all buckets. Every method is done when it returns, so that of two calls one is first. */
export interface ObjectStore {
  get(bucket: string, key: string): StoredObject | undefined;
  put(
    bucket: string,
    key: string,
    object: Pick<StoredObject, 'bytes' | 'contentType' | 'cacheControl' | 'lastModified'>,
  ): string;
  delete(bucket: string, key: string): void;
  /** The keys of a bucket's objects. */
  keys(bucket: string): readonly string[];
}

/** Opens the objects that are kept in `directory`, or (null) in memory. */
export function openObjects(directory: string | null): ObjectStore {
  return directory === null ? inMemory() : inDirectory(directory);
}

/** AWS: the ETag of an object that was put in one piece is the MD5 of its bytes. */
const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

function inMemory(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  const place = (bucket: string, key: string) => `${bucket}/${key}`;
  return {
    get: (bucket, key) => objects.get(place(bucket, key)),
    put(bucket, key, object) {
      const etag = etagOf(object.bytes);
      objects.set(place(bucket, key), { ...object, etag });
      return etag;
    },
    delete: (bucket, key) => void objects.delete(place(bucket, key)),
    keys(bucket) {
      const start = place(bucket, '');
      return [...objects.keys()]
        .filter((each) => each.startsWith(start))
        .map((each) => each.slice(start.length));
    },
  };
}

interface Facts extends Omit<StoredObject, 'bytes' | 'cacheControl'> {
  readonly cacheControl?: string;
  readonly key: string;
  /** The file that has the bytes. */
  readonly file: string;
}

function readFacts(file: string): Facts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`Object was not read: ${file} does not open; delete it to start anew`, { cause: error });
  }
}

/** A key is no path: its file is named by a hash of it, so that no key leads out of the directory. */
function inDirectory(directory: string): ObjectStore {
  const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
  const folder = (bucket: string) => join(directory, hashOf(bucket).slice(0, 16));
  const factsFile = (bucket: string, key: string) => join(folder(bucket), `${hashOf(key)}.json`);

  const factsOf = (bucket: string, key: string) => readFacts(factsFile(bucket, key));
  return {
    get(bucket, key) {
      const facts = factsOf(bucket, key);
      if (facts === undefined) return undefined;
      const { contentType, cacheControl, etag, lastModified, file } = facts;
      return {
        bytes: readFileSync(join(folder(bucket), file)),
        contentType,
        cacheControl,
        etag,
        lastModified,
      };
    },
    put(bucket, key, { bytes, contentType, cacheControl, lastModified }) {
      mkdirSync(folder(bucket), { recursive: true });
      const before = factsOf(bucket, key);
      const etag = etagOf(bytes);
      const file = `${hashOf(key)}.${etag.slice(1, -1)}.bytes`;
      writeFileSync(join(folder(bucket), file), bytes);
      const facts: Facts = {
        key,
        contentType,
        ...(cacheControl && { cacheControl }),
        etag,
        lastModified,
        file,
      };
      // In one step, so that a stack that is killed leaves the old object or the new one.
      writeFileSync(`${factsFile(bucket, key)}.new`, JSON.stringify(facts));
      renameSync(`${factsFile(bucket, key)}.new`, factsFile(bucket, key));
      if (before !== undefined && before.file !== file)
        rmSync(join(folder(bucket), before.file), { force: true });
      return etag;
    },
    delete(bucket, key) {
      const facts = factsOf(bucket, key);
      if (facts === undefined) return;
      rmSync(factsFile(bucket, key), { force: true });
      rmSync(join(folder(bucket), facts.file), { force: true });
    },
    keys(bucket) {
      if (!existsSync(folder(bucket))) return [];
      const names = readdirSync(folder(bucket)).filter((name) => name.endsWith('.json'));
      return names.flatMap((name) => readFacts(join(folder(bucket), name))?.key ?? []);
    },
  };
}
