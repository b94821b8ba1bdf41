import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A folder inside the package, so that copies of the examples can import the package by its name. */
export function exampleFolder() {
  const folder = mkdtempSync(join(root, 'dist/examples-'));
  return {
    folder,
    /** Copies an example without its package.json, because the copy belongs to this package. Returns its folder. */
    copy(name: string): string {
      const copied = join(folder, name);
      const filter = (path: string) => !path.endsWith('package.json');
      cpSync(join(root, 'examples', name), copied, { recursive: true, filter });
      return copied;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
