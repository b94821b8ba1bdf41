// The sign-in page, and the dialogs for signing in again and out, which the chat loads later: see deferred-sign-in.ts.
export { SignInAgain, SignOutQuestion } from './session-dialogs.tsx';
export { SignInPage } from './sign-in.tsx';
