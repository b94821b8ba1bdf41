import { editMessage } from './commands/edit-message.ts';
import { filingParts } from './gateway/files.ts';
import { serveFrames } from './gateway/frames.ts';

export const handler = serveFrames({ EditMessage: editMessage }, filingParts);
