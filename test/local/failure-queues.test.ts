import { describe, expect, test } from 'vitest';
import { FailureQueues } from '../../local/lambda/failure-queues.ts';
import { functionVariables } from '../../local/lambda/variables.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { access, lines, log, useAwsHost } from './aws-host.ts';
import { endpoints, start as startFunctions, useFunctionsHost } from './functions-host.ts';
import { allow, getAtt, type MiniFunction } from './mini-assembly.ts';

useAwsHost();
useFunctionsHost();

const code = "export const handler = async () => { throw new TypeError('no'); };";
const statements = [allow('sqs:SendMessage', getAtt('Failures'))];

/** Deploys a function that fails, with a failure queue. */
function start(overrides: Partial<MiniFunction> = {}, policy: object = {}) {
  const clock = new ManualClock();
  const queues = new FailureQueues(access, log);
  const destination = { OnFailure: { Destination: getAtt('Failures') } };
  const config = { FunctionName: { Ref: 'Try' }, DestinationConfig: destination, ...policy };
  const functions = startFunctions(
    { Try: { code, statements, ...overrides } },
    {
      variablesOf: (definition) =>
        functionVariables(definition, access.credentialsOf(definition.name), endpoints),
      clock,
      log,
      onFailed: (definition, event) => queues.add(definition, event),
      resources: {
        Failures: { Type: 'AWS::SQS::Queue', Properties: {} },
        Retry: { Type: 'AWS::Lambda::EventInvokeConfig', Properties: config },
      },
    },
  );
  return { clock, functions, queues };
}

describe('an asynchronous event that failed for good', () => {
  test('goes to its function’s queue after the last retry', async () => {
    const { clock, functions, queues } = start();
    functions.runAsync('Try', '{"text":"secret"}');
    for (const wait of [60_000, 120_000]) {
      await functions.settled();
      expect(queues.records('Failures')).toEqual([]);
      clock.advance(wait);
    }
    await functions.settled();
    expect(queues.records('Failures')).toEqual([
      {
        version: '1.0',
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Try:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { text: 'secret' },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'no' }),
      },
    ]);
    expect(lines).toContain('Queue Failures has a failed event of Try. See GET /queues/Failures.');
    expect(lines.join()).not.toContain('secret');
  });

  test('has the condition EventAgeExceeded if a retry would be too late', async () => {
    const { functions, queues } = start({}, { MaximumEventAgeInSeconds: 59 });
    functions.runAsync('Try', '{}');
    await functions.settled();
    const requestContext = { condition: 'EventAgeExceeded', approximateInvokeCount: 1 };
    expect(queues.records('Failures')).toMatchObject([{ requestContext }]);
  });

  test('is lost if the function’s role may not send to the queue, and the log names the missing grant', async () => {
    const { functions, queues } = start({ statements: [] }, { MaximumRetryAttempts: 0 });
    functions.runAsync('Try', '{}');
    await functions.settled();
    expect(queues.records('Failures')).toEqual([]);
    expect(lines).toContain(
      'AccessDenied: function Try may not call sqs:SendMessage on Failures. Grant it in lib/.',
    );
  });

  test('is dropped if the function has no queue', async () => {
    const { functions, queues } = start({}, { MaximumRetryAttempts: 0, DestinationConfig: {} });
    functions.runAsync('Try', '{}');
    await functions.settled();
    expect(queues.records('Failures')).toEqual([]);
  });
});

test('a failure destination has to be a queue', () => {
  const destination = { OnFailure: { Destination: 'arn:aws:sns:us-east-1:000000000000:topic' } };
  expect(() => start({}, { DestinationConfig: destination })).toThrow(
    'Could not read the failure destination of Retry: it is not a queue. Use an SQS queue.',
  );
});
