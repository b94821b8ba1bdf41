import { deleteMessage } from './commands/delete-message.ts';
import { serveFrames } from './gateway/serve-frames.ts';

export const handler = serveFrames({ DeleteMessage: deleteMessage });
