import { deferred } from './load-later.tsx';

/** The dialogs, menus and rare parts of the chat. */
export const { Deferred, load: loadDialogs, usePart: useDialogs } = deferred(() => import('./dialogs.ts'));
