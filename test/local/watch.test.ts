import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { watchSources } from '../../local/watch.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './mini-assembly.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(removeTemporaryDirectories);

function watchTwo(reload: () => Promise<void>) {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'functions', 'deep'), { recursive: true });
  mkdirSync(join(root, 'lib'));
  const lines: string[] = [];
  const build = vi.fn(async () => {});
  const stop = watchSources({
    sources: [{ path: join(root, 'functions'), prepare: build }, { path: join(root, 'lib') }],
    reload,
    log: (line) => lines.push(line),
    debounceMs: 20,
  });
  closers.push(stop);
  return { root, lines, build, stop };
}

test('builds and then reloads after a change deep in functions/', async () => {
  const order: string[] = [];
  const { root, lines, build } = watchTwo(async () => void order.push('reload'));
  build.mockImplementation(async () => void order.push('build'));
  writeFileSync(join(root, 'functions', 'deep', 'code.ts'), 'x');
  await vi.waitFor(() => expect(lines).toContainEqual(expect.stringMatching(/^Reloaded/)));
  expect(order).toEqual(['build', 'reload']);
});

test('reloads without a build after a change in lib/', async () => {
  const reload = vi.fn(async () => {});
  const { root, build } = watchTwo(reload);
  writeFileSync(join(root, 'lib', 'stack.ts'), 'x');
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(build).not.toHaveBeenCalled();
});

test('logs a failed build in one line, does not reload, and builds again after the next change', async () => {
  const reload = vi.fn(async () => {});
  const { root, lines, build } = watchTwo(reload);
  build.mockRejectedValueOnce(new Error('Build failed: send.ts:1; correct it'));
  writeFileSync(join(root, 'functions', 'send.ts'), 'x');
  await vi.waitFor(() =>
    expect(lines).toEqual([
      'Could not reload, so the previous code stays active: Build failed: send.ts:1; correct it',
    ]),
  );
  expect(reload).not.toHaveBeenCalled();
  writeFileSync(join(root, 'functions', 'send.ts'), 'y');
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
});

test('reloads again after a change during a reload', async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reload = vi.fn(async () => {});
  reload.mockImplementationOnce(() => held);
  const { root } = watchTwo(reload);
  writeFileSync(join(root, 'lib', 'a.ts'), 'x');
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  writeFileSync(join(root, 'lib', 'b.ts'), 'x');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reload).toHaveBeenCalledOnce();
  release();
  await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(2));
});

test.each(['index.html', 'style.css', 'main.tsx', 'icon.svg'])(
  'reloads after a change of %s',
  async (name) => {
    const reload = vi.fn(async () => {});
    const { root } = watchTwo(reload);
    writeFileSync(join(root, 'lib', name), 'x');
    await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  },
);

test('ignores the swap files of editors', async () => {
  const reload = vi.fn(async () => {});
  const { root } = watchTwo(reload);
  for (const name of ['.a.ts.swp', 'a.ts~', '#a.ts#', '.style.css.swp', 'notes.md'])
    writeFileSync(join(root, 'lib', name), 'x');
  writeFileSync(join(root, 'lib', 'a.ts'), 'x');
  await vi.waitFor(() => expect(reload).toHaveBeenCalled());
  expect(reload).toHaveBeenCalledOnce();
});

describe("the folder of a team's app", () => {
  /** Watches a folder, and counts its reloads. */
  function watchApp() {
    const root = temporaryDirectory();
    for (const name of ['functions', 'node_modules/a', 'data'])
      mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, 'app.ts'), '');
    let reloads = 0;
    const reload = async () => void reloads++;
    const sources = [{ path: root, except: join(root, 'data') }];
    closers.push(watchSources({ sources, reload, log: () => {}, debounceMs: 20 }));
    /** Saves a file as many editors do: writes another file, and renames it. */
    const save = (name: string): void => {
      writeFileSync(join(root, '.saved'), 'x');
      renameSync(join(root, '.saved'), join(root, name));
    };
    const reloadsAfter = async (change: () => void): Promise<void> => {
      const before = reloads;
      change();
      await vi.waitFor(() => expect(reloads).toBeGreaterThan(before));
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    return { root, save, reloadsAfter, reloads: () => reloads };
  }

  test.each(['app.ts', 'new.ts', 'functions/code.mjs', 'functions/code.js', 'functions/code.cts'])(
    'reloads each time that an editor replaces %s',
    async (name) => {
      const { save, reloadsAfter } = watchApp();
      await reloadsAfter(() => save(name));
      await reloadsAfter(() => save(name));
    },
  );

  test('reloads after a change in a folder that is new, or was deleted and created again', async () => {
    const { root, save, reloadsAfter } = watchApp();
    for (const folder of ['lambdas', 'functions']) {
      rmSync(join(root, folder), { recursive: true, force: true });
      await reloadsAfter(() => mkdirSync(join(root, folder, 'deep'), { recursive: true }));
      await reloadsAfter(() => save(`${folder}/deep/code.mjs`));
    }
  });

  test('ignores packages, the data of the stack and the output of the compiler', async () => {
    const { root, save, reloadsAfter, reloads } = watchApp();
    await reloadsAfter(() => save('functions/code.ts'));
    const before = reloads();
    for (const name of [
      'node_modules/a/index.js',
      'data/issuer.json',
      'functions/code.js',
      'functions/code.d.ts',
    ])
      save(name);
    mkdirSync(join(root, 'cdk.out'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(reloads()).toBe(before);
  });
});
