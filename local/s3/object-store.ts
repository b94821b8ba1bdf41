import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** The Cache-Control header of the PUT request, if it had one. */
  readonly cacheControl: string | undefined;
  /** Tags by name. Absent if the object has none. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Includes the quotes, like the header. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** The objects of all buckets. Every method is synchronous, so concurrent calls run one after the other. */
export interface ObjectStore {
  get(bucket: string, key: string): StoredObject | undefined;
  /** Stores an object and returns its ETag. */
  put(bucket: string, key: string, object: Omit<StoredObject, 'etag'>): string;
  delete(bucket: string, key: string): void;
  keys(bucket: string): readonly string[];
}

/** Opens the object store in `directory`, or (null) in memory. */
export function openObjects(directory: string | null): ObjectStore {
  return directory === null ? openInMemory() : openInDirectory(directory);
}

/** On S3, the ETag of an object that was uploaded in one piece is the MD5 of its bytes. */
const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

function openInMemory(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  const pathOf = (bucket: string, key: string) => `${bucket}/${key}`;
  return {
    get: (bucket, key) => objects.get(pathOf(bucket, key)),
    put(bucket, key, object) {
      const etag = etagOf(object.bytes);
      objects.set(pathOf(bucket, key), { ...object, etag });
      return etag;
    },
    delete: (bucket, key) => void objects.delete(pathOf(bucket, key)),
    keys(bucket) {
      const prefix = pathOf(bucket, '');
      const paths = [...objects.keys()].filter((path) => path.startsWith(prefix));
      return paths.map((path) => path.slice(prefix.length));
    },
  };
}

/** The JSON file of an object. The bytes are in a file of their own. */
interface Metadata extends Omit<StoredObject, 'bytes' | 'cacheControl'> {
  readonly cacheControl?: string;
  readonly key: string;
  /** The name of the file with the bytes. */
  readonly file: string;
}

function readMetadata(file: string): Metadata | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const message = `Could not read an S3 object: ${file} is not readable. Delete it.`;
    throw new Error(message, { cause: error });
  }
}

/** Names files by a hash of the key, so that no key can point outside the directory. */
function openInDirectory(directory: string): ObjectStore {
  const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
  const folderOf = (bucket: string) => join(directory, hashOf(bucket).slice(0, 16));
  const metadataFile = (bucket: string, key: string) => join(folderOf(bucket), `${hashOf(key)}.json`);
  const metadataOf = (bucket: string, key: string) => readMetadata(metadataFile(bucket, key));
  return {
    get(bucket, key) {
      const metadata = metadataOf(bucket, key);
      if (metadata === undefined) return undefined;
      const { contentType, cacheControl, tags, etag, lastModified, file } = metadata;
      const bytes = readFileSync(join(folderOf(bucket), file));
      return { bytes, contentType, cacheControl, ...(tags && { tags }), etag, lastModified };
    },
    put(bucket, key, { bytes, contentType, cacheControl, tags, lastModified }) {
      mkdirSync(folderOf(bucket), { recursive: true });
      const replaced = metadataOf(bucket, key);
      const etag = etagOf(bytes);
      const file = `${hashOf(key)}.${etag.slice(1, -1)}.bytes`;
      writeFileSync(join(folderOf(bucket), file), bytes);
      const optional = { ...(cacheControl && { cacheControl }), ...(tags && { tags }) };
      const metadata: Metadata = { key, contentType, ...optional, etag, lastModified, file };
      // The rename is atomic: if the stack is killed here, either the old or the new object remains.
      writeFileSync(`${metadataFile(bucket, key)}.new`, JSON.stringify(metadata));
      renameSync(`${metadataFile(bucket, key)}.new`, metadataFile(bucket, key));
      if (replaced !== undefined && replaced.file !== file) {
        rmSync(join(folderOf(bucket), replaced.file), { force: true });
      }
      return etag;
    },
    delete(bucket, key) {
      const metadata = metadataOf(bucket, key);
      if (metadata === undefined) return;
      rmSync(metadataFile(bucket, key), { force: true });
      rmSync(join(folderOf(bucket), metadata.file), { force: true });
    },
    keys(bucket) {
      if (!existsSync(folderOf(bucket))) return [];
      const names = readdirSync(folderOf(bucket)).filter((name) => name.endsWith('.json'));
      return names.flatMap((name) => readMetadata(join(folderOf(bucket), name))?.key ?? []);
    },
  };
}
