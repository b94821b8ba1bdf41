import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../bin/build.ts';
import { createApp } from '../../lib/app.ts';
import type { StackOptions } from '../../local/stack.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

interface Replacement {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

interface Plant {
  /** What is wrong now, as a sentence for the report. */
  readonly bug: string;
  readonly replacements: readonly Replacement[];
}

const plants = {
  dedupe: {
    bug: 'a client id is never remembered, so that a repeat is stored again',
    replacements: [
      {
        file: 'functions/store/claims.ts',
        text: "'attribute_not_exists(#item) OR expiresAt <= :now'",
        by: "'attribute_not_exists(#item) OR attribute_exists(#item) OR expiresAt <= :now'",
      },
    ],
  },
  post: {
    bug: 'one change in four is posted to nobody but its sender, and left out of every resume as well',
    replacements: [
      {
        file: 'functions/delivery/deliver.ts',
        text: 'const frame = encode(connection);',
        by: `const seq = event.kind === 'MessageChanged' ? event.change.seq : event.kind === 'MessageSent' ? event.seq : 0;
      const lost = seq % 4 === 3 && connection !== receivers[0];
      const frame = lost ? undefined : encode(connection);`,
      },
      {
        file: 'functions/log/catch-up.ts',
        text: 'changes, seq: page.upTo,',
        by: "changes: changes.filter((e) => (e.kind === 'MessageSent' ? e.seq : e.change.seq) % 4 !== 3), seq: page.upTo,",
      },
    ],
  },
  tombstone: {
    bug: 'a delete leaves the text in the message and in the entries of its edits',
    replacements: [
      {
        file: 'functions/store/messages.ts',
        text: 'SET #text = :none, deletedAt',
        by: 'SET #text = if_not_exists(#text, :none), deletedAt',
      },
      {
        file: 'functions/log/apply-change.ts',
        text: '...edits.map((seq) => scrubChange(db, room, seq)),',
        by: '',
      },
    ],
  },
} satisfies Record<string, Plant>;

export type PlantName = keyof typeof plants;

export const plantNames = Object.keys(plants) as readonly PlantName[];

/** Functions with a bug in them, bundled somewhere else: the project's own stay as they are. */
export interface Planted {
  readonly bug: string;
  readonly synthesize: StackOptions['synthesize'];
  dispose(): void;
}

/** The project's files that have the bug, by their path. Throws one clear line where a text to replace is not there. */
export function sourcesWith(name: PlantName): ReadonlyMap<string, string> {
  const { replacements }: Plant = plants[name];
  const sources = new Map<string, string>();
  for (const { file, text, by } of replacements) {
    const source = sources.get(file) ?? readFileSync(join(project, file), 'utf8');
    if (!source.includes(text)) {
      throw new Error(`Bug not planted: ${file} has no ${text}; correct test/torture/known-bugs.ts`);
    }
    sources.set(
      file,
      source.replace(text, () => by),
    );
  }
  return sources;
}

/** Plants a bug. Throws what `sourcesWith` and the build throw. */
export async function plant(name: PlantName): Promise<Planted> {
  const { bug }: Plant = plants[name];
  const sources = sourcesWith(name);
  const root = mkdtempSync(join(tmpdir(), 'parley-plant-'));
  cpSync(join(project, 'functions'), join(root, 'functions'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  for (const [file, source] of sources) writeFileSync(join(root, file), source);
  const bundles = join(root, 'bundles');
  await build({ functions: join(root, 'functions'), outdir: bundles });
  return {
    bug,
    async synthesize(context) {
      const outdir = join(root, 'assembly');
      createApp({ context: { ...context, rateLimit: 'off' }, outdir, bundles }).synth();
      return outdir;
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
