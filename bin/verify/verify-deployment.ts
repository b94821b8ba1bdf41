import { randomUUID } from 'node:crypto';
import { typed } from './chat-socket.ts';
import { type Check, type Result, runChecks } from './check.ts';
import { Deployment, type TestUser, type VerifyOptions } from './deployment.ts';
import { fileCheck } from './file-check.ts';
import { latencyChecks } from './latency-checks.ts';
import { idleCheck, messageChecks } from './message-checks.ts';
import { socketChecks } from './socket-checks.ts';
import { webChecks } from './web-checks.ts';

/** Checks what Parley promises against a deployment, in one room of its own, and deletes the messages that it wrote. */
export async function verifyDeployment(
  options: VerifyOptions,
  report?: (result: Result) => void,
): Promise<readonly Result[]> {
  const deployment = new Deployment(options);
  const { author, other } = deployment;
  const checks: readonly Check[] = [
    ...webChecks(deployment),
    ...socketChecks(deployment),
    ...messageChecks(deployment),
    fileCheck(deployment),
    // While the sockets are silent, the rate limit recovers from the messages above.
    idleCheck(deployment),
    ...latencyChecks(deployment),
    {
      promise: 'its messages are deleted',
      advice: 'Delete the messages of the room "Parley verification" in the page.',
      run: async () => `${(await deleteMessages(author)) + (await deleteMessages(other))} messages`,
    },
  ];
  try {
    return await runChecks(checks, report);
  } finally {
    await deployment.close();
  }
}

/** Deletes a user's messages in the room, including those of a run that was interrupted. Resolves to their number. */
async function deleteMessages(user: TestUser): Promise<number> {
  // An earlier check may have left the user without a socket.
  await user.enter();
  const readOwn = async () => (await user.history()).filter(({ sender_id }) => String(sender_id) === user.id);
  let count = 0;
  for (let own = await readOwn(); own.length > 0; own = await readOwn()) {
    for (const { message_id } of own) {
      await user.socket.request(
        { action: 'delete', message_id, client_id: randomUUID() },
        'the frame message_deleted',
        typed('message_deleted', (frame) => frame['message_id'] === message_id),
      );
      count += 1;
    }
  }
  return count;
}
