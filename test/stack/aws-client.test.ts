import { expect, test } from 'vitest';
import { enter } from '../support/chat.ts';
import { picture } from '../support/picture.ts';
import { startTestStack } from '../support/stack.ts';

test('with the setting awsClient: sdk, members connect and exchange messages and files', async () => {
  const stack = await startTestStack({}, { awsClient: 'sdk' });
  const [alice, bob] = [await enter(stack, 'alice'), await enter(stack, 'bob')];
  alice.send({ action: 'send', message: 'hi' });
  expect(await bob.take('chat_message')).toMatchObject({ message: { text: 'hi' } });
  await alice.take('mark_message_as_read');
  alice.send({ action: 'send', message: 'see', file: picture(8, 8).toString('base64') });
  expect(await bob.take('chat_message')).toMatchObject({ message: { text: 'see' } });
  await Promise.all([alice.close(), bob.close()]);
  await stack.stop();
});
