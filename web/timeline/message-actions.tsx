import type { ComponentChildren } from 'preact';
import { Deferred } from '../deferred.tsx';
import type { Entry } from './entry.ts';

/** The buttons of the message that has the pointer or the focus; `children` come first. */
export const MessageActions = (props: { readonly entry: Entry; readonly children: ComponentChildren }) => (
  <Deferred>{({ ActionButtons }) => <ActionButtons {...props} />}</Deferred>
);

/** Shows why a message was not sent, with buttons to retry or discard it. */
export const FailedActions = (props: { readonly entry: Entry }) => (
  <Deferred>{({ FailedButtons }) => <FailedButtons {...props} />}</Deferred>
);
