import type { Contract, FrameIn, FrameOut } from '../../functions/dialects/documentation.ts';
import { ChatError, type ErrorCode, errorCodes } from '../../functions/domain/errors.ts';
import { contracts, shownIn, shownOut } from './contracts.ts';
import { limits } from './limits.ts';
import { fieldTable, messagePayload, payloadOf } from './payload.ts';

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const intro = `# The protocol

This page is rendered by \`npm run docs\` from \`functions/dialects\`. Do not edit it. [asyncapi.yaml](asyncapi.yaml) has the same content as an AsyncAPI document.

A client opens a WebSocket to a room. Client and server exchange JSON objects as text frames. There are four dialects, one for each family of [client contracts](contracts.md). All dialects can be used in one room at the same time. Each connection receives an event in its own dialect, or not at all if the dialect has no frame for it.

- [Connect](#connect) · [Guarantees](#guarantees) · [Error codes](#error-codes) · [Limits](#limits) · [Close codes](#close-codes)`;

const connect = `## Connect

The edge is the host that clients connect to: \`ws://localhost:8000\` on your machine (\`PARLEY_PORT\` changes the port), or \`wss://<edge>\` on AWS, where the deployment prints it as \`Url\`. The path names the room: \`/ws/chat/<room>/\`, percent-encoded, with or without the slash at the end. In \`action\`, a path without a room opens the user's inbox. The edge answers 404 for other paths below \`/ws/\`.

The place of the credential determines the dialect. The first match in this table applies:

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

Every dialect accepts these query parameters:

${table(
  ['parameter', 'description'],
  [
    [
      '`dialect`',
      'Selects the dialect, whatever the credential: `action`, `content`, `type` or `operation`. Any other value is refused with 403.',
    ],
    [
      '`reads`',
      '`auto`: a delivered message counts as read. `manual`: a message counts as read when the client sends the dialect’s frame for read marks. Each dialect has its own default.',
    ],
  ],
)}

The server refuses a handshake with an HTTP status, except in \`type\`. Browsers do not show the status to scripts; they report close code 1006. The answer is the same for a room that does not exist and for a room that the user is not a member of, so the answer does not reveal which rooms exist.`;

const guarantees = `## Guarantees

- The server stores a message before it sends it to anyone. The sender's own copy is the acknowledgement.
- Messages and changes of a room are ordered by their sequence numbers, \`seq\`. Frames may arrive in another order. A missing number means that the client missed a frame or that the number was never used; \`sync\` shows which. A frame with the \`seq\` 0 changed nothing and has no place in this order: ignore the number.
- A frame with a \`client_id\` that was used before changes nothing and gets the same answer. A \`client_id\` counts as used once its change has a sequence number.
- Delivery is at least once. A client recognizes a repeated message by its id.
- Clients may send message ids as numbers or numeric strings, and ids of rooms and users as numbers or strings. In \`action\` and \`content\` the server sends such an id as a JSON number if it is a canonical decimal integer below 2^53. Larger ids are strings in both directions, because JavaScript rounds such numbers; the server refuses them as numbers.
- The id of a user has 1 to 128 bytes in UTF-8, that of a room 1 to 300. Neither contains control characters, and neither is \`.\` or \`..\`. The id of a room does not begin with \`#\`. Only the id of a direct room begins with \`direct:\`. In a URL, percent-encode an id once, for example with \`encodeURIComponent\`.
- Once a token has expired, the server sends no more events to its connection. It sends \`TOKEN_EXPIRED\` in place of the next one and closes the socket.
- When a client loses its network without closing the socket, its user stays online until the next post to the socket fails, or until 10 minutes after the socket's 2 hours. With \`reads=auto\`, messages posted before that count as read.
- Times are in ISO 8601, UTC, with milliseconds and \`Z\`.
- The server may add fields to its frames: clients must ignore fields that they do not know. The server ignores unknown fields of clients.`;

/** Splits an error message of the form `<failure>: <reason>. <what to do>.` */
function explain(code: ErrorCode): readonly string[] {
  const [meaning, ...advice] = new ChatError(code).message.split('. ');
  return [`\`${code}\``, `${meaning}.`, advice.join('. ')];
}

const errors = `## Error codes

An error frame has a \`code\` for programs and a \`message\` for people. Use only the code in programs: messages may change. \`content\` and \`type\` send the code in addition to the fields of their contracts. In \`type\`, the frame of a refused handshake has the numeric code 4001 or 4003 instead.

A refused frame changes nothing. These refusals can succeed on a retry:

- \`RATE_LIMITED\` and \`SLOW_MODE\`: send the frame again after \`retry_after_ms\`.
- \`INTERNAL\`: send the frame again with the same \`client_id\`. The first try may have taken effect.
- \`TOKEN_EXPIRED\`, \`UNAUTHENTICATED\` and \`CONNECTION_REMOVED\`: connect again, with a new token for the first two.

\`NOT_A_MEMBER\` is also the answer for a room that does not exist. New codes may be added. Treat an unknown code as a refusal that a retry does not solve.

${table(['code', 'meaning', 'what to do'], errorCodes.map(explain))}`;

const limitSection = `## Limits

${table(
  ['limit', 'value', 'beyond it'],
  limits.map((row) => [...row]),
)}`;

const closeCodes = `## Close codes

${table(
  ['code', 'reason', 'what the client should do'],
  [
    [
      '1000',
      'The server closed the socket: the token expired (`TOKEN_EXPIRED` comes first), the user was removed from the room, 100 frames were refused in ten seconds, the server could not read the inbox or the membership (`INTERNAL` comes first), the client did not read, or `type` refused the handshake.',
      'Connect again, with a new token if it expired. Stop if the handshake is refused. In `action`, `authenticate` in time avoids this.',
    ],
    [
      '1001',
      'The socket had no traffic for 10 minutes, or is 2 hours old.',
      'Connect again, in `action` with `since`. Send `ping` while there is no other traffic.',
    ],
    ['1003', 'The client sent a binary frame.', 'Send text frames.'],
    [
      '1006',
      'The handshake was refused, the network failed, or the edge closed the socket because the server sent nothing for 10 minutes.',
      'Connect again, with a longer delay each time.',
    ],
    ['1009', 'The client sent too large a message.', 'Send less. Upload files.'],
  ],
)}

If a Lambda function fails, API Gateway sends a frame of its own in every dialect: \`{"message":"Internal server error","connectionId":"…","requestId":"…"}\`. The client's last frame may or may not have taken effect: send that frame again with the same \`client_id\`.`;

/** Returns the anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const messageHeading = ({ dialect }: Contract) => `The message of ${dialect.name}`;

function frameSection(contract: Contract, frame: FrameIn | FrameOut, shown: readonly unknown[]): string {
  const direction = 'command' in frame ? 'in' : 'out';
  return [
    `#### ${contract.dialect.name} ${direction}: ${frame.name}`,
    frame.summary,
    ...shown.map((example) => block('json', JSON.stringify(example, null, 2))),
    fieldTable(payloadOf(contract, frame), anchorOf(messageHeading(contract))),
  ].join('\n\n');
}

function handshakeSection({ dialect, handshake }: Contract): string {
  const { path, credential, sample, query, refusals, inbox, greeting } = handshake;
  const reads =
    dialect.reads === 'auto'
      ? 'Delivered messages count as read (`reads=auto`).'
      : 'Messages count as read when the client sends a read mark (`reads=manual`).';
  const parameters = Object.entries(query).map(([name, description]) => [`\`${name}\``, description]);
  return [
    `### ${dialect.name}: handshake`,
    `\`${path}\``,
    credential,
    block(sample.language, sample.lines.join('\n')),
    `${greeting} ${reads}`,
    ...(inbox === undefined ? [] : [inbox]),
    ...(parameters.length > 0 ? [table(['parameter', 'description'], parameters)] : []),
    table(
      ['reason for a refusal', 'answer'],
      refusals.map((row) => [...row]),
    ),
  ].join('\n\n');
}

function contractSection(contract: Contract): string {
  const { dialect, about, clients, notSent } = contract;
  const message = messagePayload(contract);
  const heading = messageHeading(contract);
  return [
    `## ${dialect.name}`,
    `For ${clients}. ${about}`,
    ...(notSent ? [notSent] : []),
    handshakeSection(contract),
    `### ${dialect.name}: frames that clients send`,
    ...contract.in.map((frame) => frameSection(contract, frame, shownIn(contract, frame))),
    `### ${dialect.name}: frames that the server sends`,
    ...contract.out.map((frame) => frameSection(contract, frame, shownOut(contract, frame))),
    ...(message ? [`### ${heading}`, fieldTable(message, anchorOf(heading))] : []),
  ].join('\n\n');
}

/** Returns the text of docs/protocol.md, the reference for authors of clients. */
export function protocolPage(): string {
  const all = Object.values(contracts);
  const links = all.map(
    ({ dialect, clients }) => `- [\`${dialect.name}\`](#${dialect.name}): for ${clients}`,
  );
  const sections = [
    `${intro}\n${links.join('\n')}`,
    connect,
    guarantees,
    ...all.map(contractSection),
    errors,
    limitSection,
    closeCodes,
  ];
  return `${sections.join('\n\n')}\n`;
}
