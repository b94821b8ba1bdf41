import { sendMessage } from './commands/send-message.ts';
import { filingParts } from './gateway/files.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ SendMessage: sendMessage }, filingParts);
