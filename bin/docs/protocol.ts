import type { Contract, FrameIn, FrameOut } from '../../functions/dialects/documentation.ts';
import { type ErrorCode, errorCodes } from '../../functions/domain/errors.ts';
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
      '`auto`: a delivered message counts as read. `manual`: a message counts as read when the client says so, with a frame that the dialect has for it. Each dialect has its own default.',
    ],
  ],
)}

The server refuses a handshake with an HTTP status, except in \`type\`. Browsers do not show the status to scripts; they report close code 1006. The answer is the same for a room that does not exist and for a room that the user is not a member of, so that it does not reveal which rooms exist.`;

const guarantees = `## Guarantees

- The server stores a message before it sends it to anyone. The sender's own copy is the acknowledgement.
- Messages and changes of a room are ordered by their sequence numbers, \`seq\`. Frames may arrive in another order. A missing number means that a frame was missed or that the number was never used; \`sync\` tells which.
- A frame with a \`client_id\` that was used before changes nothing and gets the same answer.
- Delivery is at least once. A client recognizes a repeated message by its id.
- Clients may send message ids as numbers or numeric strings, and ids of rooms and users as numbers or strings. In \`action\` and \`content\` the server sends such an id as a JSON number if it is a canonical decimal integer.
- Once a token has expired, the server sends no more events to its connection. It sends \`TOKEN_EXPIRED\` in place of the next one and closes the socket.
- When a client loses its network without closing the socket, its user stays online until the next post to the socket fails, or until 10 minutes after the socket's 2 hours. With \`reads=auto\`, messages posted before that count as read.
- Times are in ISO 8601, UTC, with milliseconds and \`Z\`.
- The server may add fields to its frames: clients must ignore fields that they do not know. The server ignores unknown fields of clients.`;

/** The meaning of each error code, and what a client should do. */
const errorHelp: Readonly<Record<ErrorCode, readonly [meaning: string, action: string]>> = {
  UNAUTHENTICATED: ['The credential is missing or not valid.', 'Connect with a new token.'],
  TOKEN_EXPIRED: ['The token expired. The server closes the socket.', 'Connect with a new token.'],
  WRONG_USER: [
    'The frame or the new token names another user than the signed-in one.',
    'Leave the user out, or connect as that user.',
  ],
  CONNECTION_REMOVED: ['The server removed this connection meanwhile.', 'Connect again.'],
  NOT_A_MEMBER: [
    'The user is not a member of the room, or the room does not exist.',
    'Ask an owner of the room for access.',
  ],
  MUTED: ['The user is muted in the room.', 'Wait, or ask a moderator.'],
  RATE_LIMITED: [
    'The user reached the rate limit of the room.',
    'Send the frame again after `retry_after_ms`.',
  ],
  ROOM_NOT_FOUND: ['The room does not exist.', 'Check the id.'],
  ROOM_REQUIRED: ['A frame on an inbox socket names no room.', 'Add `room_id`.'],
  TOO_MANY_ROOMS: ['The socket has joined the maximum number of rooms.', 'Leave a room, then join again.'],
  OWN_ROOM: ['The room to leave is the one that the socket is connected to.', 'Close the socket instead.'],
  RECEIVER_NOT_A_MEMBER: ['The receiver is not a member of the room.', 'Name a member, or leave it out.'],
  MESSAGE_NOT_FOUND: ['The message does not exist or was deleted.', 'Remove it, or load the history again.'],
  REPLY_NOT_FOUND: [
    'The message that this one replies to does not exist or was deleted.',
    'Send the message without the reply.',
  ],
  NOT_THE_AUTHOR: [
    'Only the author and moderators may change the message.',
    'Do not offer this action to other users.',
  ],
  CLIENT_ID_REUSED: [
    'The `client_id` was used for a different change.',
    'Send the frame with a new `client_id`.',
  ],
  BAD_FRAME: ['The frame is not JSON, or a field is missing or malformed.', 'Correct the frame.'],
  UNKNOWN_ACTION: ['The dialect has no such action.', 'Correct the frame.'],
  EMPTY_TEXT: ['The text is empty.', 'Ask the user for a text.'],
  TOO_LONG: ['The text is too long.', 'Ask the user to shorten it.'],
  FILE_TOO_LARGE: ['The inline file is too large.', 'Upload the file and send its id.'],
  FILE_TYPE_NOT_ALLOWED: [
    'The content type is not accepted, or the bytes do not match it.',
    'Send the file as `application/octet-stream`.',
  ],
  FILE_NOT_FOUND: [
    'The file id is unknown in this room, belongs to another user, or was not uploaded.',
    'Upload the file to this room first.',
  ],
  FILE_BUDGET_USED: [
    'The user has sent as many bytes of files today as the chat allows.',
    'Send the file again after `retry_after_ms`, which is the next day in UTC.',
  ],
  INTERNAL: ['The server failed.', 'Send the frame again, with the same `client_id`.'],
};

const errors = `## Error codes

An error frame has a \`code\` for programs and a \`message\` for people. Use only the code in programs: messages may change. \`content\` and \`type\` send the code in addition to the fields of their contracts. In \`type\`, a refused handshake has the numeric code 4001 or 4003 instead.

A refused frame changes nothing. After \`INTERNAL\` it may have changed something: repeat it with the same \`client_id\`. New codes may be added. Treat an unknown code as a refusal that a retry does not solve.

${table(
  ['code', 'meaning', 'what the client should do'],
  errorCodes.map((code) => [`\`${code}\``, ...errorHelp[code]]),
)}`;

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
      'The server closed the socket: the token expired (`TOKEN_EXPIRED` comes first), the user was removed from the room, or `type` refused the handshake.',
      'Connect with a new token. Stop if the handshake is refused. In `action`, `authenticate` in time avoids this.',
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

If a Lambda function fails, API Gateway sends a frame of its own in every dialect: \`{"message":"Internal server error","connectionId":"…","requestId":"…"}\`. The frame before it may or may not have taken effect: send it again with the same \`client_id\`.`;

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
      : 'Messages count as read when the client says so (`reads=manual`).';
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
