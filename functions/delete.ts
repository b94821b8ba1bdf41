import { deleteMessage } from './commands/delete-message.ts';
import { filingParts } from './gateway/files.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ DeleteMessage: deleteMessage }, filingParts);
