import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enter } from '../support/chat.ts';
import { startTestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';

/** Removes an action from every policy of a synthesized template. */
function withoutGrant(assembly: string, action: string): void {
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const path = join(assembly, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${action}"`, '"dynamodb:DescribeTable"'));
  }
}

test('refuses a call without a grant, answers the client with INTERNAL, and logs action, resource and function', async () => {
  const synthesizer = testSynthesizer();
  const stack = await startTestStack({
    async synthesize(context) {
      const assembly = await synthesizer.synthesize(context);
      withoutGrant(assembly, 'dynamodb:Query');
      return assembly;
    },
  });
  const alice = await enter(stack, 'alice');
  // S0-errors: if the history cannot be read, the client gets an empty list.
  expect(alice.history).toEqual([]);
  alice.send({ action: 'send', message: 'hi' });
  expect(await alice.take('error')).toMatchObject({ code: 'INTERNAL' });
  await alice.close();
  await expect(stack.stop()).rejects.toThrow(
    /AccessDenied: function \S*Send\S* may not call dynamodb:Query on table TablesConnections/,
  );
  synthesizer.dispose();
});
