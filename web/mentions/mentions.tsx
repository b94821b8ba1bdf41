import { Deferred } from '../deferred.tsx';

/** Completes names after an `@` in the message box, and finds the mentions in its text. Loads once the text has an `@`. */
export const Mentions = ({ text }: { readonly text: string }) =>
  text.includes('@') ? <Deferred>{({ MentionList }) => <MentionList />}</Deferred> : null;
