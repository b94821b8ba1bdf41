import { parseArgs } from 'node:util';

/** The arguments that `export` and `import` share. */
export interface TransferArguments {
  readonly positionals: readonly string[];
  readonly url: string | undefined;
  /** Lines per second. */
  readonly rate: number;
  readonly noFiles: boolean;
}

/** Returns the folder with the bytes of an export's files: `backup.files` beside `backup.jsonl`. */
export const folderOf = (file: string): string => `${file.replace(/\.[^./\\]*$/, '')}.files`;

/** @throws Error with the usage */
export function readArguments(
  usage: string,
  defaultRate: number,
): TransferArguments & { readonly out: string | undefined } {
  const fail = (why: string) => new Error(`Could not read the arguments: ${why}. ${usage}`);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    throw fail(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
  const { values, positionals } = parsed;
  const rate = Number(values.rate ?? defaultRate);
  if (!(rate >= 1 && rate <= 100_000))
    throw fail('--rate is not a number of lines per second from 1 to 100,000');
  return { positionals, url: values.url, rate, noFiles: values['no-files'], out: values.out };
}

const parse = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      out: { type: 'string', short: 'o' },
      rate: { type: 'string' },
      'no-files': { type: 'boolean', default: false },
    },
  });
