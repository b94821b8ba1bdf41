import { afterAll, expect, test } from 'vitest';
import { hookApp } from '../support/hook-app.ts';
import { pageTests } from '../support/person.ts';
import { startTestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';

const awsClient = process.env['PARLEY_AWS_CLIENT'] ?? 'signed';
const synthesizer = testSynthesizer({ awsClient }, hookApp);
const chat = pageTests(() => startTestStack({ synthesize: synthesizer.synthesize }));

afterAll(() => synthesizer.dispose());

const REASON = 'Not here, please.';

/** Returns how many times the hook has refused the message. It logs each request. */
const checks = () => chat.stack.lines.filter((line) => line.includes('"text":"refuse"')).length;

test('shows why the beforeSend hook refused a message, which the user sends again or discards', async () => {
  const alice = await chat.signIn('alice');
  const { page } = alice;
  await alice.enter('Everybody');
  await alice.say('refuse');
  const failure = alice.message('refuse').getByText(`Not sent. ${REASON}`);
  await failure.waitFor();
  await alice.message('refuse').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(checks).toBe(2);
  await failure.waitFor();
  await alice.message('refuse').getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => alice.texts()).toEqual([]);
  await alice.say('My card is 4111 1111 1111 1111');
  await alice.receipt('My card is [card number]', 'Sent');
  await alice.press('My card is [card number]', 'Edit');
  const edit = page.getByRole('textbox', { name: 'Edit message' });
  await edit.fill('refuse');
  await edit.press('Enter');
  await page.getByText(`Couldn't save your edit: ${REASON}`).waitFor();
  const box = page.getByRole('textbox', { name: 'Message', exact: true });
  await expect.poll(() => box.inputValue()).toBe('refuse');
  expect(await alice.texts()).toEqual(['My card is [card number]']);
});
