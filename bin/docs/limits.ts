import { MAX_FRAME_BYTES } from '../../functions/dialects/dialect.ts';
import { MAX_INBOX_ROOMS, MAX_JOINED_ROOMS, MAX_RECEIPT_AUDIENCE } from '../../functions/domain/audience.ts';
import { HISTORY_LIMIT } from '../../functions/domain/command.ts';
import { CLOCK_TOLERANCE_MS, MAX_ANNOUNCED_CONNECTIONS } from '../../functions/domain/connection.ts';
import { MAX_INLINE_BYTES } from '../../functions/domain/file.ts';
import { MAX_TEXT_CODE_POINTS } from '../../functions/domain/message.ts';
import { REPEAT_MEMORY_MS } from '../../functions/store/claims.ts';
import { readSettings } from '../../lib/settings.ts';
import { awsLimits } from '../../local/gateway/limits.ts';

const kilobytes = (bytes: number) => `${bytes / 1024} KB`;
const minutes = (ms: number) => `${ms / 60_000} minutes`;
const hours = (ms: number) => `${ms / 3_600_000} hours`;
const { frameBytes, messageBytes, idleMs, lifetimeMs } = awsLimits;
const { maxFileMegabytes, rateLimit } = readSettings(() => undefined);

const rate = rateLimit.group ? `${rateLimit.group.messages} in ${rateLimit.group.seconds} seconds` : 'none';

/** What there is at most, each with what happens beyond it. */
export const limits: readonly (readonly [what: string, most: string, beyond: string])[] = [
  ['text', `${MAX_TEXT_CODE_POINTS.toLocaleString('en')} code points`, '`TOO_LONG`'],
  [
    'messages by one member to one room',
    `${rate}, a setting of the stack`,
    '`RATE_LIMITED` with `retry_after_ms`. Edits, deletes, reactions and announced files are counted together, apart from messages and up to the same number',
  ],
  ['file in a frame', kilobytes(MAX_INLINE_BYTES), '`FILE_TOO_LARGE`: upload it and send its id'],
  ['uploaded file', `${maxFileMegabytes} MB, a setting of the stack`, 'the upload is refused'],
  [
    'what you send',
    `${kilobytes(frameBytes)} in a WebSocket frame, ${kilobytes(messageBytes)} in a message of several`,
    'the socket closes with 1009. Base64 makes a file a third larger',
  ],
  ['what you are sent', kilobytes(MAX_FRAME_BYTES), 'a history brings fewer messages'],
  ['messages in a history', `${HISTORY_LIMIT}`, 'ask for the page before it'],
  [
    'receipts to everybody',
    `rooms of ${MAX_RECEIPT_AUDIENCE} connections`,
    'told to the message’s author alone',
  ],
  ['presence', `rooms of ${MAX_ANNOUNCED_CONNECTIONS} connections`, 'not told'],
  [
    'rooms that a socket joins',
    `${MAX_JOINED_ROOMS}, in an inbox beside its own`,
    '`TOO_MANY_ROOMS`: leave one',
  ],
  ['rooms of an inbox', MAX_INBOX_ROOMS.toLocaleString('en'), 'not heard of: join them'],
  ['repeats by `client_id`', hours(REPEAT_MEMORY_MS), 'the frame is a new one'],
  [
    'a token after its end',
    `${CLOCK_TOLERANCE_MS / 1000} seconds, since clocks differ`,
    '`TOKEN_EXPIRED`, and the socket is closed: send a fresh token in time, by `authenticate` in `action`',
  ],
  ['a socket without traffic', minutes(idleMs), 'closed: send something in time'],
  ['a socket', hours(lifetimeMs), 'closed: connect again'],
];
