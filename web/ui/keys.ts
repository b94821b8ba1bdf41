/**
 * Whether a key belongs to an input method, in which Enter accepts the word that is being composed. Safari has ended the
 * composition by then, and marks the key with the code 229 (WebKit bug 165004).
 */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
