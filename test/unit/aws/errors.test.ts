import { expect, test } from 'vitest';
import { serviceError } from '../../../functions/aws/errors.ts';

const refusal = (status: number, body: string, headers = '') =>
  serviceError({
    status,
    head: `HTTP/1.1 ${status} Said${headers}`,
    body: Buffer.from(body),
    keepAlive: true,
  });

test.each([
  [
    'DynamoDB’s JSON',
    refusal(
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}',
    ),
    { name: 'ConditionalCheckFailedException', message: 'no', $fault: 'client' },
  ],
  [
    'IAM’s capital M',
    refusal(400, '{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: x"}'),
    { name: 'AccessDeniedException', message: 'User: x' },
  ],
  [
    'a header',
    refusal(404, '{"Message":"no"}', '\r\nX-Amzn-ErrorType: ResourceNotFoundException:http://internal/'),
    { name: 'ResourceNotFoundException', message: 'no' },
  ],
  [
    'S3’s XML',
    refusal(
      403,
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>a &lt;b&gt; &amp; c</Message></Error>',
    ),
    { name: 'AccessDenied', message: 'a <b> & c' },
  ],
  [
    'nothing',
    refusal(503, ''),
    { name: 'UnknownError', message: 'the service answered 503', $fault: 'server' },
  ],
  ['a page', refusal(502, '<html>Bad Gateway</html>'), { name: 'UnknownError', status: 502 }],
  ['what is no object', refusal(400, 'null'), { name: 'UnknownError' }],
])('the words of a refusal are found in %s', (_where, error, expected) => {
  expect(error).toMatchObject(expected);
});
