import { editMessage } from './commands/edit-message.ts';
import { sendingContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ EditMessage: editMessage }, sendingContext);
