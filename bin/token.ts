/** The services port of the running stack. */
const port = process.env['PARLEY_SERVICES_PORT'] || '8003';

async function fetchToken(user: string): Promise<string> {
  const url = `http://127.0.0.1:${port}/token?user=${encodeURIComponent(user)}`;
  const response = await fetch(url, { method: 'POST' }).catch((error: unknown) => {
    throw new Error(
      `No token: no local stack answers on port ${port}; run \`npm start\`, or set PARLEY_SERVICES_PORT`,
      { cause: error },
    );
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`No token for ${user}: ${text}; name one of these`);
}

const user = process.argv[2];
try {
  if (user === undefined) throw new Error('No token: no user is named; run `npm run -s token -- alice`');
  console.log(await fetchToken(user));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
