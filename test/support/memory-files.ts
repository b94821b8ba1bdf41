import type { FileStore, StoredObject } from '../../functions/store/files.ts';

/** A file store that keeps objects in memory. `upload` does what a client does with a signed request. */
export interface MemoryFiles extends FileStore {
  readonly objects: Map<string, StoredObject>;
  upload(url: string): void;
}

export function memoryFiles(): MemoryFiles {
  const objects = new Map<string, StoredObject>();
  const offers = new Map<string, StoredObject>();
  return {
    objects,
    upload(url) {
      const offer = offers.get(url);
      if (!offer) throw new Error(`Nothing was uploaded: ${url} was not signed.`);
      objects.set(url, offer);
    },
    put: async (key, bytes, contentType) => void objects.set(key, { size: bytes.byteLength, contentType }),
    head: async (key) => objects.get(key),
    remove: async (key) => void objects.delete(key),
    keep: async () => {},
    async presignPut(key, object) {
      offers.set(key, object);
      return { method: 'PUT', url: key, headers: {} };
    },
    presignGet: async (key) => key,
  };
}
