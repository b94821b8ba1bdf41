import { handlers } from './commands/handlers.ts';
import { tokenContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

/** Serves all frames without a route of their own, among them the frames of dialects without an `action` field. */
export const handler = serveFrames(handlers, tokenContext);
