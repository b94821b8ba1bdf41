import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's directory of AWS SDK files. In the repository, each bundle has its own copies beside it. */
const packaged = fileURLToPath(new URL('../sdk', import.meta.url));

/**
 * Returns a directory of bundles that contain the AWS SDK: the given one, or, in the package, a copy with the files of
 * the SDK that each bundle imports. The copy exists until the process ends.
 */
export function bundlesWithSdk(functions: string): string {
  if (!existsSync(packaged)) return functions;
  const copy = mkdtempSync(join(tmpdir(), 'parley-bundles-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(functions, copy, { recursive: true });
  const bundles = readdirSync(copy).map((entry) => join(copy, entry, 'index.mjs'));
  for (const bundle of bundles.filter((path) => existsSync(path))) {
    const source = readFileSync(bundle, 'utf8');
    for (const name of readdirSync(packaged).filter((each) => source.includes(`./${each}`)))
      cpSync(join(packaged, name), join(dirname(bundle), name), { force: false });
  }
  return copy;
}
