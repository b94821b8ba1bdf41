import { assert, type Check } from './check.ts';
import { type Deployment, jsonOf, roomPath } from './deployment.ts';

const text = 'Parley verification: a file';

/** Announces, uploads, sends and downloads a file, as the page does. */
export function fileCheck(deployment: Deployment): Check {
  const { author, other, timeoutMs, url: site } = deployment;
  return {
    promise: 'files: upload and download',
    advice:
      'Look at the bucket of files and its CORS rules, at the grants of the functions http and send on it, and at the page’s connect-src.',
    async run() {
      const path = `${roomPath(deployment.room)}files/`;
      const wish = { name: 'verification.txt', content_type: 'text/plain', size: text.length };
      const { file_id: id, upload } = await jsonOf(await author.call(path, wish), 201);
      const { url, method, headers } = upload as {
        url: string;
        method: string;
        headers: Record<string, string>;
      };
      await checkPagePolicy(deployment, url);
      const put = await fetch(url, {
        method,
        headers: { ...headers, Origin: site.origin },
        body: text,
        signal: AbortSignal.timeout(timeoutMs),
      });
      assert(put.ok, `the upload was answered ${put.status}`);
      assert(
        put.headers.get('access-control-allow-origin') !== null,
        'the bucket does not allow uploads from the page’s origin',
      );
      const { id: message } = await author.say('', { type: 'file', file: id });
      await other.receive(message);
      const accept = { Accept: 'application/json' };
      const link = await jsonOf(await other.call(`${path}${String(id)}/`, undefined, accept), 200);
      const got = await fetch(String(link['url']), { signal: AbortSignal.timeout(timeoutMs) });
      assert(got.ok, `the download was answered ${got.status}`);
      assert((await got.text()) === text, 'the downloaded file differs');
      return undefined;
    },
  };
}

async function checkPagePolicy(deployment: Deployment, uploadUrl: string): Promise<void> {
  const policy = (await deployment.call('/')).headers.get('content-security-policy') ?? '';
  const sources = /connect-src ([^;]*)/.exec(policy)?.[1]?.split(' ') ?? [];
  assert(
    sources.some((source) => uploadUrl.startsWith(source)),
    'the page’s content security policy forbids uploads',
  );
}
