import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AdminClient } from '../../../server/index.ts';

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  // Retries wait for a random time.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  fetched.mockReset();
});

const answer = (status: number, body: object) => async () => new Response(JSON.stringify(body), { status });
const room = { id: 'lunch', name: 'Lunch' };

describe('the client for backends', () => {
  const client = () =>
    new AdminClient({ url: 'http://127.0.0.1:1/admin/', region: 'us-east-1', credentials });

  test.each([
    ['is throttled', answer(429, { message: 'Too Many Requests' })],
    ['fails', answer(500, { error: 'INTERNAL', message: 'Failed.' })],
    ['gets no answer', async () => Promise.reject(new TypeError('fetch failed'))],
  ])('repeats a call that %s', async (_what, failure) => {
    fetched.mockImplementationOnce(failure).mockImplementationOnce(failure);
    fetched.mockImplementationOnce(answer(200, room));
    expect(await client().getRoom('lunch')).toEqual(room);
    expect(fetched.mock.calls.map(([url]) => String(url))).toEqual(
      Array(3).fill('http://127.0.0.1:1/admin/rooms/lunch/'),
    );
  });

  test('rejects after three attempts, with the error of the last', async () => {
    fetched.mockImplementation(answer(503, { error: 'INTERNAL', message: 'Failed.' }));
    await expect(client().getRoom('lunch')).rejects.toMatchObject({ code: 'INTERNAL', status: 503 });
    expect(fetched).toHaveBeenCalledTimes(3);
  });

  test('does not repeat a refused call', async () => {
    fetched.mockImplementation(answer(404, { error: 'ROOM_NOT_FOUND', message: 'Not found.' }));
    await expect(client().getRoom('lunch')).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND', status: 404 });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('resolves the cancellation of an import that another request has completed', async () => {
    const missing = answer(404, { error: 'ROOM_NOT_FOUND', message: 'Not found.' });
    fetched
      .mockImplementationOnce(answer(202, { room_id: 'lunch', done: false }))
      .mockImplementation(missing);
    await client().deleteRoom('lunch');
    expect(fetched).toHaveBeenCalledTimes(2);
    await expect(client().deleteRoom('lunch')).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  test.each(['.', '..'])('does not send a request about the id %s, which a URL would resolve', async (id) => {
    await expect(client().getUser(id)).rejects.toMatchObject({ code: 'BAD_REQUEST', status: 0 });
    expect(fetched).not.toHaveBeenCalled();
  });

  test.each([
    ['the address', 'https://abc.execute-api.eu-west-1.amazonaws.com/admin', 'eu-west-1'],
    ['AWS_REGION', 'https://chat.example.com/admin', 'ap-south-1'],
  ])('signs for the Region in %s', async (_where, url, region) => {
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    fetched.mockImplementation(answer(200, room));
    await new AdminClient({ url, credentials: async () => credentials }).getRoom('lunch');
    const headers = new Headers(fetched.mock.calls[0]?.[1]?.headers);
    expect(headers.get('authorization')).toContain(`/${region}/execute-api/aws4_request`);
  });

  test('is not created if the Region is unknown', () => {
    vi.stubEnv('AWS_REGION', undefined);
    expect(() => new AdminClient({ url: 'https://chat.example.com/admin', credentials })).toThrow(TypeError);
  });
});
