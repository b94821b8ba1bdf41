import type { Contract, FrameIn, FrameOut, Handshake } from '../../functions/dialects/documentation.ts';
import { ChatError, errorCodes } from '../../functions/domain/errors.ts';
import { contracts, shownIn, shownOut } from './contracts.ts';
import { limits } from './limits.ts';
import { fieldTable, messagePayload, payloadOf } from './payload.ts';

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const intro = `# The protocol

Written by \`npm run docs\` from the dialects and their examples; change those, and not this page. The same for machines is [asyncapi.yaml](asyncapi.yaml), an AsyncAPI document.

A client opens a WebSocket to a room and sends and gets JSON objects as text. There are four dialects: four sets of words for the same rooms. One room serves all of them at once, and each connection hears what happens in its own words, or not at all where its dialect has none.

- [Connect](#connect) · [What you may rely on](#what-you-may-rely-on) · [Error codes](#error-codes) · [Limits](#limits) · [How a socket closes](#how-a-socket-closes)`;

const connect = `## Connect

The edge is the one name that clients are given: \`ws://localhost:8000\` on one machine (or the port \`PARLEY_PORT\`), \`wss://<edge>\` on AWS, where the deploy prints it as \`Url\`. The room stands in the path: \`/ws/chat/<room>/\`, percent-encoded, with or without the slash; in \`action\`, a path without one is an inbox. Any other path below \`/ws/\` is 404.

Which dialect a connection speaks follows from where its credential is:

${table(
  ['credential', 'dialect'],
  [
    ['header `Authorization: Bearer <token>`', '`action`'],
    ['subprotocols `Bearer`, `<token>`', '`action`'],
    ['query `?token=<token>`', '`type`'],
    ['cookie `sessionid`', '`content`'],
    ['none, in a room that is open to anyone', '`operation`'],
  ],
)}

The first one in this order counts. These may be in every query:

${table(
  ['query', ''],
  [
    ['`dialect`', '`action`, `content`, `type` or `operation`, whatever the credential. Any other: 403.'],
    [
      '`reads`',
      '`auto`: what you are sent counts as read at once. `manual`: only when you say so, by a frame that your dialect has for it. Each dialect’s own way stands below.',
    ],
  ],
)}

A refused handshake is an HTTP status. Browsers show it to nobody: they only close with 1006. \`type\` alone tells it by a frame. Not a member and no such room are the same answer, so that nobody can probe for rooms.`;

const promises = `## What you may rely on

- A message is stored before anyone is sent it; your own echo is the acknowledgement.
- Messages and changes of one room have one order: their numbers. Frames may arrive swapped, so go by the numbers. A number that never comes was missed, or used up by a refused frame: \`sync\` tells which.
- The same \`client_id\` again changes nothing and gets the same answer.
- You may be sent a frame twice. A message’s id tells that you have it.
- Ids of messages go in as numbers or as numeric strings, ids of rooms and users as numbers or as strings. In \`action\` and \`content\` an id that is a whole number comes out as a JSON number.
- You are sent nothing of a room after your token ran out, but \`TOKEN_EXPIRED\` in the place of what would come next, and are closed.
- Who ended without a close, as a phone without a network, counts as gone when the next frame for them cannot be posted, or ten minutes after the 2 hours of a socket. What it was sent before that frame counts as read, where it reads at once.
- Times are ISO 8601 in UTC, with milliseconds and \`Z\`.
- Fields may be added to what you are sent: ignore those that you do not know. Fields of yours that we do not know are ignored.`;

const errors = () => `## Error codes

Branch on the code, show the sentence, which may say more than this one. \`content\` and \`type\` have it too, beside the \`message\` that their contracts have; \`type\`’s 4001 and 4003 are of the handshake. A frame that is refused has changed nothing, but after \`INTERNAL\` it may have: send it again with the same \`client_id\`. After \`TOKEN_EXPIRED\` the socket is closed; it may come without a frame of yours.

${table(
  ['code', 'sentence'],
  errorCodes.map((code) => [`\`${code}\``, new ChatError(code).message]),
)}`;

const most = () => `## Limits

${table(
  ['', 'at most', 'beyond'],
  limits.map((row) => [...row]),
)}`;

const closing = `## How a socket closes

${table(
  ['code', 'why', 'what to do'],
  [
    [
      '1000',
      'The server closed it: your token ran out, of which `TOKEN_EXPIRED` told just before, you were removed from the room, or you were turned away.',
      'Connect with a fresh token; stop if that is refused. In `action`, `authenticate` in time spares it.',
    ],
    [
      '1001',
      'Ten minutes without traffic, or two hours old.',
      'Connect again, with `since` where you have a number. Send `ping` in quiet times.',
    ],
    ['1003', 'You sent a binary frame.', 'Send text.'],
    [
      '1006',
      'The handshake was refused, the network failed, or the edge sent you nothing for ten minutes.',
      'Connect again, each time after a longer wait.',
    ],
    ['1009', 'You sent too much at once.', 'Send less; upload files.'],
  ],
)}

API Gateway has one frame of its own, in no dialect: \`{"message":"Internal server error","connectionId":"…","requestId":"…"}\`. Your frame may or may not have been served: send it again with the same \`client_id\`.`;

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const messageHeading = ({ dialect }: Contract) => `The message of ${dialect.name}`;

function frameSection(contract: Contract, frame: FrameIn | FrameOut, shown: readonly unknown[]): string {
  const { name } = contract.dialect;
  const way = 'asks' in frame ? 'in' : 'out';
  const examples = shown.map((each) => block('json', JSON.stringify(each, null, 2)));
  const fields = fieldTable(payloadOf(contract, frame), anchor(messageHeading(contract)));
  return [`#### ${name} ${way}: ${frame.name}`, frame.does, ...examples, fields].join('\n\n');
}

function handshakeSection(
  { path, credential, sample, query, refused, greeting }: Handshake,
  { dialect }: Contract,
): string {
  const reads =
    dialect.reads === 'auto'
      ? 'What you are sent counts as read at once.'
      : 'What you are sent is not read until you say so.';
  const parameters = Object.entries(query).map(([name, words]) => [`\`${name}\``, words]);
  return [
    `### ${dialect.name}: handshake`,
    `\`${path}\`\n\n${credential} ${greeting} ${reads}`,
    block(sample.language, sample.lines.join('\n')),
    ...(parameters.length > 0 ? [table(['query', ''], parameters)] : []),
    table(
      ['refused because', 'with'],
      refused.map((row) => [...row]),
    ),
  ].join('\n\n');
}

function contractSection(contract: Contract): string {
  const { dialect, serves, silence } = contract;
  const message = messagePayload(contract);
  const heading = messageHeading(contract);
  return [
    `## ${dialect.name}`,
    `For ${serves}.${silence && ` ${silence}`}`,
    handshakeSection(contract.handshake, contract),
    `### ${dialect.name}: what you send`,
    ...contract.in.map((frame) => frameSection(contract, frame, shownIn(contract, frame))),
    `### ${dialect.name}: what you are sent`,
    ...contract.out.map((frame) => frameSection(contract, frame, shownOut(contract, frame))),
    ...(message ? [`### ${heading}\n\n${fieldTable(message, anchor(heading))}`] : []),
  ].join('\n\n');
}

/** docs/protocol.md: for those who write a client. */
export function protocolPage(): string {
  const all = Object.values(contracts);
  const dialects = all.map(
    ({ dialect, serves }) => `- [\`${dialect.name}\`](#${dialect.name}): for ${serves}`,
  );
  return `${[
    `${intro}\n${dialects.join('\n')}`,
    connect,
    promises,
    ...all.map(contractSection),
    errors(),
    most(),
    closing,
  ].join('\n\n')}\n`;
}
