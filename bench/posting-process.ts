import { Agent, request } from 'node:http';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { signedPoster } from '../functions/delivery/signed-poster.ts';

// Posts in one way, which the first argument names. For each `{ posts }` that it receives, the process sends this
// number of posts in parallel and answers with the CPU time of one post, in microseconds.

type Post = (connection: string) => Promise<unknown>;

const frame = JSON.stringify({
  type: 'chat_message',
  message: { message_id: 63, text: 'Hello, how are you? '.repeat(10), sender_id: 1, status: 'send' },
  seq: 63,
});

/** Uses `http.request` with the headers of a signed post, but does not sign: the headers are always the same. */
function bare(url: URL): Post {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const bytes = Buffer.from(frame);
  const scope = `${process.env['AWS_ACCESS_KEY_ID']}/20250216/us-east-1/execute-api/aws4_request`;
  const names = 'content-type;host;x-amz-date;x-amz-security-token';
  const headers = {
    'content-type': 'application/octet-stream',
    host: url.host,
    'x-amz-date': '20250216T123456Z',
    'x-amz-security-token': process.env['AWS_SESSION_TOKEN'],
    'content-length': bytes.length,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names}, Signature=${'a'.repeat(64)}`,
  };
  const { hostname: host, port, pathname } = url;
  return (connection) =>
    new Promise((resolve, reject) => {
      const path = `${pathname}/@connections/${encodeURIComponent(connection)}`;
      request({ host, port, path, method: 'POST', headers, agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end(bytes);
    });
}

/** Uses the SDK's command as its documentation shows. */
function sdk(url: URL): Post {
  const client = new ApiGatewayManagementApiClient({ endpoint: url.href });
  return (connection) => client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: frame }));
}

function poster(url: URL): Post {
  const signed = signedPoster(url.href);
  return (connection) => signed.post(connection, frame);
}

const ways: Readonly<Record<string, (url: URL) => Post>> = { bare, poster, sdk };

const [, , way = '', url = ''] = process.argv;
const post = ways[way]?.(new URL(url));

process.on('message', async ({ posts }: { readonly posts: number }) => {
  const connections = Array.from({ length: posts }, (_, index) => `${String(index).padStart(15, 'L')}=`);
  const before = process.cpuUsage();
  await Promise.all(connections.map((connection) => post?.(connection)));
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / posts);
});
process.once('disconnect', () => process.exit());
