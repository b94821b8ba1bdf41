import { expect, test } from 'vitest';
import { serviceError } from '../../../functions/aws/errors.ts';

const refusal = (status: number, body: string, headers: Record<string, string> = {}) =>
  serviceError({ status, headers, body: Buffer.from(body) });

test.each([
  [
    'AWS JSON, as from DynamoDB',
    refusal(
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}',
    ),
    { name: 'ConditionalCheckFailedException', message: 'no', $fault: 'client' },
  ],
  [
    'JSON with a capital M, as from IAM',
    refusal(400, '{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: x"}'),
    { name: 'AccessDeniedException', message: 'User: x' },
  ],
  [
    'the error type header',
    refusal(404, '{"Message":"no"}', { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal/' }),
    { name: 'ResourceNotFoundException', message: 'no' },
  ],
  [
    'XML, as from S3',
    refusal(
      403,
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>a &lt;b&gt; &amp; c</Message></Error>',
    ),
    { name: 'AccessDenied', message: 'a <b> & c' },
  ],
  [
    'an empty body',
    refusal(503, ''),
    { name: 'UnknownError', message: 'the service responded with 503', $fault: 'server' },
  ],
  ['an HTML page', refusal(502, '<html>Bad Gateway</html>'), { name: 'UnknownError', status: 502 }],
  ['JSON that is not an object', refusal(400, 'null'), { name: 'UnknownError' }],
])('finds code and message in %s', (_where, error, expected) => {
  expect(error).toMatchObject(expected);
});
