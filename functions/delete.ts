import { deleteMessage } from './commands/delete-message.ts';
import { filingParts } from './gateway/files.ts';
import { serveFrames } from './gateway/serve-frames.ts';

export const handler = serveFrames({ DeleteMessage: deleteMessage }, filingParts);
