import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { Access } from '../../local/iam/access.ts';
import { Functions } from '../../local/lambda/functions.ts';
import { functionVariables } from '../../local/lambda/variables.ts';
import { Queues } from '../../local/sqs/queues.ts';
import { endpoints } from './functions-host.ts';
import { type MiniFunction, removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';

const running: Functions[] = [];
const lines: string[] = [];

afterEach(async () => {
  for (const functions of running.splice(0)) await functions.close();
  lines.length = 0;
});
afterAll(removeTemporaryDirectories);

const grant = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Failures', 'Arn'] } };
const failing = "export const handler = async () => { throw new TypeError('no'); };";

/** A function that fails, a queue that its failed events go to, and a clock to be moved. */
function start(mini: Partial<MiniFunction> = {}, policy: object = {}) {
  const clock = new ManualClock();
  const access = new Access((line) => lines.push(line));
  const queues = new Queues({ access, log: (line) => lines.push(line) });
  const functions = new Functions({
    variablesOf: (definition) =>
      functionVariables(definition, access.credentialsOf(definition.name), endpoints),
    clock,
    limit: 2,
    log: (line) => lines.push(line),
    takeFailed: (definition, record) => queues.take(definition, record),
  });
  running.push(functions);
  const destination = { OnFailure: { Destination: { 'Fn::GetAtt': ['Failures', 'Arn'] } } };
  const config = { FunctionName: { Ref: 'Try' }, DestinationConfig: destination, ...policy };
  const assembly = writeAssembly({
    functions: { Try: { code: failing, routes: ['$default'], statements: [grant], ...mini } },
    resources: {
      Failures: { Type: 'AWS::SQS::Queue', Properties: {} },
      Retry: { Type: 'AWS::Lambda::EventInvokeConfig', Properties: config },
    },
  });
  functions.update(readDeployment(assembly).functions);
  return { clock, functions, queues };
}

describe('an asynchronous event that failed for good', () => {
  test('goes to its function’s queue after the last retry, as Lambda tells it', async () => {
    const { clock, functions, queues } = start();
    functions.runLater('Try', '{"text":"what was said"}');
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
        requestPayload: { text: 'what was said' },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'no' }),
      },
    ]);
    expect(lines).toContain('A failed event of Try is in queue Failures: GET /queues/Failures');
    expect(lines.join()).not.toContain('what was said');
  });

  test('is told to be too old where a retry would come too late', async () => {
    const { functions, queues } = start({}, { MaximumEventAgeInSeconds: 59 });
    functions.runLater('Try', '{}');
    await functions.settled();
    const requestContext = { condition: 'EventAgeExceeded', approximateInvokeCount: 1 };
    expect(queues.records('Failures')).toMatchObject([{ requestContext }]);
  });

  test('is lost, with a line that says what to grant, where the role may not send to the queue', async () => {
    const { functions, queues } = start({ statements: [] }, { MaximumRetryAttempts: 0 });
    functions.runLater('Try', '{}');
    await functions.settled();
    expect(queues.records('Failures')).toEqual([]);
    expect(lines).toContain(
      'AccessDenied: function Try may not sqs:SendMessage on Failures; grant it in lib/',
    );
  });

  test('goes nowhere where the function names no queue', async () => {
    const { functions, queues } = start({}, { MaximumRetryAttempts: 0, DestinationConfig: {} });
    functions.runLater('Try', '{}');
    await functions.settled();
    expect(queues.records('Failures')).toEqual([]);
  });
});

test('a destination that is no queue stops the stack with a line that says so', () => {
  const destination = { OnFailure: { Destination: 'arn:aws:sns:us-east-1:000000000000:topic' } };
  expect(() => start({}, { DestinationConfig: destination })).toThrow(
    'Destination was not read: that of Retry is no queue; the local stack knows queues only, use one',
  );
});
