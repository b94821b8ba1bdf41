import { Agent, request } from 'node:http';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { signedPoster } from '../functions/delivery/signed-poster.ts';

// A process that measures one way to post. On the message `{ posts }` it fans out once, and sends back the CPU of each
// post in µs.

type Post = (connection: string) => Promise<unknown>;

const frame = JSON.stringify({
  type: 'chat_message',
  message: { message_id: 63, text: 'Hello, how are you? '.repeat(10), sender_id: 1, status: 'send' },
  seq: 63,
});

/** Posts with `http.request` and constant headers, as large as those of a signed post. */
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

/** Posts with the SDK, as its documentation shows. */
function sdk(url: URL): Post {
  const client = new ApiGatewayManagementApiClient({ endpoint: url.href });
  return (connection) => client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: frame }));
}

/** Posts with the signing client. */
function signed(url: URL): Post {
  const poster = signedPoster(url.href);
  return (connection) => poster.post(connection, frame);
}

const ways: Readonly<Record<string, (url: URL) => Post>> = { bare, sdk, signed };

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
