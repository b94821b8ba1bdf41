import { deleteMessage } from './commands/delete-message.ts';
import { commandContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ DeleteMessage: deleteMessage }, commandContext);
