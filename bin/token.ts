import { commandLine, runCommand } from './command.ts';

const usage = `Write \`${commandLine('token')} alice\`. It prints a token of this user of the local stack.`;

/** The port of the running local stack's issuer. */
const port = process.env['PARLEY_SERVICES_PORT'] || '8003';

async function fetchToken(user: string): Promise<string> {
  const url = `http://127.0.0.1:${port}/token?user=${encodeURIComponent(user)}`;
  const response = await fetch(url, { method: 'POST' }).catch((cause: unknown) => {
    throw new Error(
      `Could not get a token: no local stack answers on port ${port}. Run \`${commandLine('dev')}\`, or set PARLEY_SERVICES_PORT.`,
      { cause },
    );
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`Could not get a token for ${user}: ${text}`);
}

await runCommand(usage, async () => {
  const user = process.argv[2];
  if (user === undefined) throw new Error(`Could not get a token: no user is named. ${usage}`);
  console.log(await fetchToken(user));
});
