import { MAX_FRAME_BYTES } from '../../functions/dialects/dialect.ts';
import { MAX_INBOX_ROOMS, MAX_JOINED_ROOMS, MAX_RECEIPT_AUDIENCE } from '../../functions/domain/audience.ts';
import { HISTORY_LIMIT } from '../../functions/domain/command.ts';
import { CLOCK_TOLERANCE_MS, MAX_ANNOUNCED_CONNECTIONS } from '../../functions/domain/connection.ts';
import { MAX_DATA_BYTES, MAX_DATA_DEPTH } from '../../functions/domain/custom-data.ts';
import { MAX_INLINE_BYTES } from '../../functions/domain/file.ts';
import { MAX_LISTED_REACTORS, MAX_MENTIONS, MAX_TEXT_CODE_POINTS } from '../../functions/domain/message.ts';
import { REPEAT_MEMORY_MS } from '../../functions/store/claims.ts';
import { MAX_PINS } from '../../functions/store/pins.ts';
import { MAX_EMOJI_PER_MEMBER, MAX_EMOJI_PER_MESSAGE } from '../../functions/store/reaction-items.ts';
import { readSettings } from '../../lib/settings.ts';
import { awsLimits } from '../../local/gateway/limits.ts';

const kilobytes = (bytes: number) => `${bytes / 1024} KB`;
const minutes = (ms: number) => `${ms / 60_000} minutes`;
const hours = (ms: number) => `${ms / 3_600_000} hours`;
const { frameBytes, messageBytes, idleMs, lifetimeMs } = awsLimits;
const { maxFileMegabytes, rateLimit } = readSettings(() => undefined);

const rate = rateLimit.group ? `${rateLimit.group.messages} in ${rateLimit.group.seconds} seconds` : 'none';

/** The limits of the protocol, each with the effect of exceeding it. */
export const limits: readonly (readonly [limit: string, value: string, effect: string])[] = [
  ['Text', `${MAX_TEXT_CODE_POINTS.toLocaleString('en')} code points`, '`TOO_LONG`'],
  [
    'Data of a message',
    `${MAX_DATA_BYTES.toLocaleString('en')} bytes of JSON in UTF-8, ${MAX_DATA_DEPTH} levels deep`,
    '`BAD_FRAME`',
  ],
  ['Users whom a message mentions', `${MAX_MENTIONS}`, '`BAD_FRAME`'],
  [
    'Messages of one member in one room',
    `${rate} (a setting)`,
    '`RATE_LIMITED` with `retry_after_ms`. Changes of messages and of members, and announced uploads, have a common limit of the same size, separate from sends.',
  ],
  [
    'Messages of one member in a room with slow mode',
    'one in up to a day (a setting of the room)',
    '`SLOW_MODE` with `retry_after_ms`. Moderators have no limit.',
  ],
  ['Refused frames of one connection', '100 in 10 seconds', 'The socket closes.'],
  ['Inline file', kilobytes(MAX_INLINE_BYTES), '`FILE_TOO_LARGE`. Upload the file and send its id.'],
  ['Uploaded file', `${maxFileMegabytes} MB (a setting)`, 'The server refuses the upload.'],
  [
    'Incoming message',
    `${kilobytes(messageBytes)}, in WebSocket frames of ${kilobytes(frameBytes)}`,
    'The socket closes with 1009. Base64 makes a file a third larger.',
  ],
  [
    'Outgoing message',
    kilobytes(MAX_FRAME_BYTES),
    'A page of the history has fewer messages. One message that is larger comes without its reactions, and then with its text cut and `truncated`.',
  ],
  [
    'Emoji of one member on one message',
    `${MAX_EMOJI_PER_MEMBER}`,
    '`TOO_MANY_REACTIONS`. Remove one first.',
  ],
  ['Different emoji on one message', `${MAX_EMOJI_PER_MESSAGE}`, '`TOO_MANY_REACTIONS`. Use one of them.'],
  [
    'Listed users of an emoji on a message',
    `${MAX_LISTED_REACTORS}`,
    'The message has their number, and the ids of some of them.',
  ],
  ['Pinned messages of a room', `${MAX_PINS}`, '`TOO_MANY_PINS`. Unpin one first.'],
  ['Page of the history', `${HISTORY_LIMIT} messages`, 'Load the next page.'],
  [
    'Receipts to all connections',
    `rooms of ${MAX_RECEIPT_AUDIENCE} connections`,
    'In larger rooms only the author of a message receives receipts, as everywhere with `receipts=author`.',
  ],
  [
    'Presence',
    `rooms of ${MAX_ANNOUNCED_CONNECTIONS} connections`,
    'In larger rooms presence is not announced.',
  ],
  [
    'Joined rooms of a socket',
    `${MAX_JOINED_ROOMS}, besides its own room or inbox`,
    '`TOO_MANY_ROOMS`. Leave a room first.',
  ],
  [
    'Rooms of an inbox',
    MAX_INBOX_ROOMS.toLocaleString('en'),
    'The inbox receives nothing from further rooms. Join those rooms.',
  ],
  ['Repeats by `client_id`', hours(REPEAT_MEMORY_MS), 'The server handles a later repeat as a new frame.'],
  [
    'Use of an expired token',
    `${CLOCK_TOLERANCE_MS / 1000} seconds, to tolerate clock skew`,
    '`TOKEN_EXPIRED`, and the socket closes. In `action`, send `authenticate` in time.',
  ],
  ['Socket without traffic', minutes(idleMs), 'The socket closes. Send `ping` in time.'],
  ['Age of a socket', hours(lifetimeMs), 'The socket closes. Connect again.'],
];
