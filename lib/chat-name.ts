import { Names } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The id of a chat that is all of its stack. The CDK leaves this id out of logical ids and names. */
export const WHOLE_STACK = 'Default';

export const isWholeStack = (chat: Construct): boolean => chat.node.id === WHOLE_STACK;

/**
 * Returns the chat's name in the account, for APIs, alarms and metrics: the name of its stack, followed by the ids of
 * the chat and its parents and a hash, unless the chat is all of its stack.
 */
export const chatName = (chat: Construct): string =>
  Names.uniqueResourceName(chat, { maxLength: 100, separator: '-', allowedSpecialCharacters: '-' });
