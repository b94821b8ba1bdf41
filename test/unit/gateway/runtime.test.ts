import { afterEach, expect, test, vi } from 'vitest';
import { invocationError, logFault, required } from '../../../functions/gateway/runtime.ts';

const log = vi.spyOn(console, 'error').mockImplementation(() => {});

afterEach(() => log.mockClear());

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test('logs which setting is missing', () => {
  logFault(
    'send',
    errorOf(() => required('NO_SUCH_VARIABLE')),
    'r-1',
  );
  expect(log.mock.calls).toEqual([
    [
      {
        fault: 'send',
        error: 'ConfigurationError',
        reason: 'Function not configured: NO_SUCH_VARIABLE is not set. Deploy the stack again.',
        requestId: 'r-1',
      },
    ],
  ]);
});

test('logs the message of an AWS service error', () => {
  logFault('send', Object.assign(new Error('no access to Query'), { $fault: 'client' }), 'r-1');
  expect(log).toHaveBeenCalledWith(expect.objectContaining({ reason: 'no access to Query' }));
});

test('leaves out the id of a request that the caller does not know', () => {
  logFault('publish', 'failed');
  expect(log.mock.calls).toEqual([[{ fault: 'publish', error: 'Error' }]]);
});

test.each([new Error('Function not configured: a secret'), 'a secret'])(
  'logs no message of another error: %s',
  (error) => {
    logFault('send', error, 'r-1');
    expect(JSON.stringify(log.mock.calls)).not.toContain('secret');
  },
);

test('throws errors without a stack', () => {
  expect(invocationError('Frame not answered: see the log.').stack).toBe(
    'Error: Frame not answered: see the log.',
  );
});
