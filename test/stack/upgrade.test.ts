import { expect, onTestFinished, test } from 'vitest';
import { recordedReleases, unpackRelease } from '../fixtures/release-code.ts';
import { startTestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';
import { startUpgradeLoad } from '../support/upgrade-load.ts';

test.each(recordedReleases)(
  'an upgrade from release %s and a rollback, under load, lose nothing',
  async (release) => {
    const earlier = unpackRelease(release);
    const current = testSynthesizer({ rateLimit: 'off' });
    let { synthesize } = earlier;
    const stack = await startTestStack({
      // Each step replaces a function, whose new environments start cold. A socket that closes during its handshake
      // occupies one of `welcome` for ten seconds, so one would not be enough.
      environments: 3,
      synthesize: (context) => synthesize(context),
    });
    onTestFinished(async () => {
      await stack.stop();
      current.dispose();
      earlier.dispose();
    });
    const load = await startUpgradeLoad(stack, earlier.client);
    let steps = 0;
    for (const next of [current, earlier]) {
      synthesize = next.synthesize;
      await stack.stack.reload(async (step) => {
        steps += 1;
        // Clients use the new code with the earlier settings here, and with the new settings in the next steps.
        if (step.startsWith('settings')) return;
        await load.use(step);
      });
    }
    expect(await load.stop()).toEqual([]);
    // In each direction, ten functions change in two steps each, and then the rest. The new function `admin` adds a step.
    expect(steps).toBe(43);
  },
  // Each replaced function starts cold, which takes long on a busy machine.
  180_000,
);
