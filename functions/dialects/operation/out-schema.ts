import * as v from 'valibot';
import { sentTypes } from '../../domain/message.ts';
import { errorCode, fileDetails, refusedDetails, senderDetails, time } from '../out-schema.ts';

const messageId = v.pipe(v.string(), v.regex(/^[1-9]\d*$/));

const about = { message_id: messageId, user: v.string() };

export const messageShape = v.strictObject({
  id: messageId,
  user: v.string(),
  body: v.string(),
  type: v.picklist(sentTypes),
  file: v.nullable(v.string()),
  ...senderDetails,
  ...fileDetails,
  reply_to: v.nullable(messageId),
  created: time,
});

export const created = v.strictObject({ operation: v.literal('create'), message: messageShape });

export const replied = v.strictObject({ operation: v.literal('reply'), message: messageShape });

export const updated = v.strictObject({ operation: v.literal('update'), message: messageShape });

export const deleted = v.strictObject({ operation: v.literal('delete'), ...about });

export const seen = v.strictObject({ operation: v.literal('seen'), ...about });

export const typing = v.strictObject({
  operation: v.literal('typing'),
  user: v.string(),
  typing_status: v.picklist(['typing', 'not_typing']),
});

export const error = v.strictObject({
  operation: v.literal('error'),
  code: errorCode,
  message: v.string(),
  ...refusedDetails,
});
