import { expect, test } from 'vitest';
import { enter } from '../support/chat.ts';
import { startTestStack } from '../support/stack.ts';

test('with poster: sdk, the SDK’s client posts the same frames as ours', async () => {
  const stack = await startTestStack({}, { poster: 'sdk' });
  const [alice, bob] = [await enter(stack, 'alice'), await enter(stack, 'bob')];
  alice.send({ action: 'send', message: 'hi' });
  expect(await bob.take('chat_message')).toMatchObject({ message: { text: 'hi' } });
  await alice.take('mark_message_as_read');
  await Promise.all([alice.close(), bob.close()]);
  await stack.stop();
});
