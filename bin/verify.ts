import { parseArgs } from 'node:util';
import { commandLine, isPackage, runCommand } from './command.ts';
import { runProbe } from './probe/run-probe.ts';
import { failuresOf, tableOf } from './verify/check.ts';
import type { Credentials, VerifyOptions } from './verify/deployment.ts';
import { verifyDeployment } from './verify/verify-deployment.ts';

const usage = `Write \`${commandLine('verify')} <Url>\` with two test users, as options or in the environment:

  --user, --password, --token                    PARLEY_USER, PARLEY_PASSWORD, PARLEY_TOKEN
  --other-user, --other-password, --other-token  PARLEY_OTHER_USER, PARLEY_OTHER_PASSWORD, PARLEY_OTHER_TOKEN

A user needs a token, or a user name and a password. The environment keeps them out of the list of processes.
--idle-seconds <n>  how long the sockets are silent before the ping (20)
--probe             deploys a stack with your AWS credentials that answers questions about AWS, and deletes it;
                    needs no URL and no users, but a clone of Parley's repository`;

const verifyError = (why: string, advice = usage) =>
  new Error(`Could not verify the deployment: ${why}. ${advice}`);

const text = { type: 'string' } as const;
const options = {
  user: text,
  password: text,
  token: text,
  'other-user': text,
  'other-password': text,
  'other-token': text,
  'idle-seconds': text,
  probe: { type: 'boolean', default: false },
} as const;

type Values = Readonly<Partial<Record<Exclude<keyof typeof options, 'probe'>, string>>>;

function readCredentials(values: Values, prefix: '' | 'other-'): Credentials {
  const read = (name: 'user' | 'password' | 'token') => {
    const variable = `PARLEY_${prefix}${name}`.toUpperCase().replace('-', '_');
    const value = values[`${prefix}${name}`] || process.env[variable] || undefined;
    // A token from a file often ends in a newline. A password may contain spaces.
    return name === 'token' ? value?.trim() : value;
  };
  const [username, password, token] = [read('user'), read('password'), read('token')];
  if (token === undefined && (username === undefined || password === undefined)) {
    throw verifyError(`the ${prefix === '' ? 'first' : 'other'} test user has no token and no password`);
  }
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(token !== undefined && { token }),
  };
}

function readOptions(values: Values, positionals: readonly string[]): VerifyOptions {
  const [url = '', ...others] = positionals;
  if (others.length > 0 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw verifyError('the arguments are not one URL');
  }
  const idleSeconds = Number(values['idle-seconds'] ?? 20);
  if (!(idleSeconds >= 0 && idleSeconds < 600)) throw verifyError('--idle-seconds is not a number below 600');
  const users = [readCredentials(values, ''), readCredentials(values, 'other-')] as const;
  return { url, users, idleMs: idleSeconds * 1000 };
}

/** Returns a function that removes passwords and tokens from a text. */
function redactor({ users }: VerifyOptions): (line: string) => string {
  const secrets = users
    .flatMap(({ password, token }) => [password, token])
    .filter((each) => each !== undefined);
  return (line) => secrets.reduce((left, secret) => left.replaceAll(secret, '…'), line);
}

async function verify(options: VerifyOptions): Promise<void> {
  const redact = redactor(options);
  const results = await verifyDeployment(options, ({ promise, outcome }) => {
    // Standard output is only the table. These lines show progress.
    console.error(redact(`${outcome}: ${promise}`));
  });
  const failures = failuresOf(results);
  console.log(redact(`${tableOf(results)}\n`));
  for (const line of failures) console.log(redact(line));
  const unchecked = results.filter(({ outcome }) => outcome === 'not checked').length;
  console.log(`${results.length} promises: ${failures.length} broken, ${unchecked} not checked.`);
  if (failures.length > 0) process.exitCode = 1;
}

await runCommand(usage, async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const { probe, ...rest } = values;
  if (probe && isPackage) {
    const advice = 'Run `npm run -s verify -- --probe` in a clone of it.';
    throw verifyError('--probe needs the sources of Parley, which the package does not contain', advice);
  }
  if (!probe || positionals.length > 0) await verify(readOptions(rest, positionals));
  if (probe) await runProbe(console.log);
});
