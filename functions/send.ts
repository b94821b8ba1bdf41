import { sendMessage } from './commands/send-message.ts';
import { sendingContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ SendMessage: sendMessage }, sendingContext);
