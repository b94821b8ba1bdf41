import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adminOpenapiText } from './docs/admin-openapi.ts';
import { asyncapiText } from './docs/asyncapi.ts';
import { protocolPage } from './docs/protocol.ts';

/** Returns the rendered documents, by file name in docs/. */
const documents = async (): Promise<Readonly<Record<string, string>>> => ({
  'protocol.md': protocolPage(),
  'asyncapi.yaml': asyncapiText(),
  'admin-openapi.json': await adminOpenapiText(),
});

function stored(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Returns the names of the documents in a directory that do not match the code. */
export const outdatedIn = async (directory: string): Promise<readonly string[]> =>
  Object.entries(await documents()).flatMap(([name, text]) =>
    stored(join(directory, name)) === text ? [] : [name],
  );

if (import.meta.main) {
  const options = { check: { type: 'boolean' }, directory: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const directory = values.directory ?? fileURLToPath(new URL('../docs', import.meta.url));
  if (values.check === true) {
    const names = await outdatedIn(directory);
    for (const name of names) {
      console.error(`docs/${name} is outdated: it does not match the code. Run \`npm run docs\`.`);
    }
    if (names.length > 0) process.exitCode = 1;
  } else {
    for (const [name, text] of Object.entries(await documents())) writeFileSync(join(directory, name), text);
  }
}
