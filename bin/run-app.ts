import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { account } from '../local/account.ts';
import type { Synthesis } from './synthesize.ts';

interface CdkJson {
  readonly app?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Reads cdk.json of the working directory, as the cdk command does. */
function readCdkJson(): CdkJson {
  if (!existsSync('cdk.json')) return {};
  try {
    return JSON.parse(readFileSync('cdk.json', 'utf8')) as CdkJson;
  } catch (cause) {
    throw new Error('Could not read cdk.json: it is not JSON. Correct it and run again.', { cause });
  }
}

/**
 * Returns the command of a CDK app: the given one, or `app` of cdk.json.
 * @throws Error if there is none
 */
export function appCommand(given: string | undefined): string {
  const command = given ?? readCdkJson().app;
  if (command !== undefined) return command;
  throw new Error(
    'Could not start the local stack: no CDK app is named. Pass --app <command>, or run it beside a cdk.json.',
  );
}

/**
 * Lets functions below a directory import the AWS SDK and no other package, as Lambda's Node.js runtimes do (AWS:
 * "Building Lambda functions with Node.js"): the clients that the project has installed, and those of Parley.
 */
export function provideSdk(directory: string, project = process.cwd()): void {
  const scope = join(directory, 'node_modules/@aws-sdk');
  if (existsSync(scope)) return;
  mkdirSync(scope, { recursive: true });
  const ofProject = createRequire(join(project, 'package.json')).resolve.paths('@aws-sdk/core') ?? [];
  const [own = ''] =
    /^.*(?=\/@aws-sdk\/)/.exec(fileURLToPath(import.meta.resolve('@aws-sdk/client-dynamodb'))) ?? [];
  for (const packages of [...ofProject, own].map((path) => join(path, '@aws-sdk'))) {
    for (const name of existsSync(packages) ? readdirSync(packages) : []) {
      const link = join(scope, name);
      if (!existsSync(link)) symlinkSync(join(packages, name), link);
    }
  }
}

/**
 * Returns a function that synthesizes a CDK app by its command, as the cdk command does: the app finds its output
 * directory and its context in the environment. What the app prints goes to standard error.
 */
export const runApp =
  (command: string) =>
  async ({ context, outdir }: Synthesis): Promise<void> => {
    const app = spawn(command, {
      shell: true,
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify({ ...readCdkJson().context, ...context }),
        CDK_DEFAULT_ACCOUNT: account.id,
        CDK_DEFAULT_REGION: account.region,
      },
    });
    const [code] = await once(app, 'exit');
    if (code === 0 && existsSync(outdir)) return provideSdk(dirname(outdir));
    const reason = code === 0 ? 'it wrote no assembly' : `it ended with ${code ?? 'a signal'}`;
    throw new Error(
      `Synthesis failed: \`${command}\` did not synthesize, because ${reason}. Correct it and run again.`,
    );
  };
