import { loadHistory } from './commands/load-history.ts';
import { ping } from './commands/ping.ts';
import { sendMessage } from './commands/send-message.ts';
import { serveFrames } from './gateway/serve-frames.ts';

/** Whatever has no route of its own, a bare `message` among it. */
export const handler = serveFrames({ SendMessage: sendMessage, LoadHistory: loadHistory, Ping: ping });
