import { deferred } from '../load-later.tsx';

/** The sign-in page, and the dialogs for signing in again and out. */
export const { Deferred: DeferredSignIn, load: loadSignIn } = deferred(() => import('./sign-in-parts.ts'));
