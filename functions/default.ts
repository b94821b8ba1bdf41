import { handlers } from './commands/handlers.ts';
import { tokenContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

/** Serves all frames without a route of their own, among them those of the contracts without `action`. */
export const handler = serveFrames(handlers, tokenContext);
