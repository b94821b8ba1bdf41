import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../bin/build.ts';
import { createApp } from '../../lib/app.ts';
import type { StackOptions } from '../../local/stack.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

interface KnownBug {
  /** What the functions do wrong, as a clause for the report. */
  readonly description: string;
  readonly replacements: readonly {
    readonly file: string;
    readonly code: string;
    readonly buggyCode: string;
  }[];
}

/** Bugs that the checker must find. */
const bugs = {
  dedupe: {
    description: 'a repeated operation is stored again, because its client id is ignored',
    replacements: [
      {
        file: 'functions/store/claims.ts',
        code: "'attribute_not_exists(#item) OR expiresAt <= :now'",
        buggyCode: "'attribute_not_exists(#item) OR attribute_exists(#item) OR expiresAt <= :now'",
      },
    ],
  },
  post: {
    description: 'one change in four is posted to only one connection and is missing from every sync',
    replacements: [
      {
        file: 'functions/delivery/deliver.ts',
        code: 'const frame = encode(connection);',
        buggyCode: `const seq = event.kind === 'MessageChanged' ? event.change.seq : event.kind === 'MessageSent' ? event.seq : 0;
      const lost = seq % 4 === 3 && connection !== receivers[0];
      const frame = lost ? undefined : encode(connection);`,
      },
      {
        file: 'functions/log/catch-up.ts',
        code: 'changes, seq: page.upTo,',
        buggyCode:
          "changes: changes.filter((e) => (e.kind === 'MessageSent' ? e.seq : e.change.seq) % 4 !== 3), seq: page.upTo,",
      },
    ],
  },
  tombstone: {
    description: 'a delete keeps the text of the message and of its edits',
    replacements: [
      {
        file: 'functions/store/messages.ts',
        code: 'SET #text = :none, deletedAt',
        buggyCode: 'SET #text = if_not_exists(#text, :none), deletedAt',
      },
      {
        file: 'functions/log/apply-change.ts',
        code: '...edits.map((seq) => scrubChange(db, room, seq)),',
        buggyCode: '',
      },
    ],
  },
} satisfies Record<string, KnownBug>;

export type BugName = keyof typeof bugs;

export const bugNames = Object.keys(bugs) as readonly BugName[];

/**
 * Returns the source files with a bug, by path.
 * @throws if a file no longer contains the code to replace
 */
export function sourcesWithBug(name: BugName): ReadonlyMap<string, string> {
  const { replacements }: KnownBug = bugs[name];
  const sources = new Map<string, string>();
  for (const { file, code, buggyCode } of replacements) {
    const source = sources.get(file) ?? readFileSync(join(project, file), 'utf8');
    if (!source.includes(code)) {
      throw new Error(
        `Could not add the bug ${name}: ${file} does not contain ${code}. Update test/torture/known-bugs.ts.`,
      );
    }
    sources.set(
      file,
      source.replace(code, () => buggyCode),
    );
  }
  return sources;
}

/** An app with a known bug, in a temporary directory. */
export interface BuggyApp {
  readonly description: string;
  readonly synthesize: StackOptions['synthesize'];
  /** Deletes the temporary directory. */
  dispose(): void;
}

/**
 * Bundles the functions with a known bug. Does not change the project's own bundles.
 * @throws if the bug no longer applies to the sources, or the build fails
 */
export async function buildWithBug(name: BugName): Promise<BuggyApp> {
  const sources = sourcesWithBug(name);
  const root = mkdtempSync(join(tmpdir(), 'parley-known-bug-'));
  cpSync(join(project, 'functions'), join(root, 'functions'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  for (const [file, source] of sources) writeFileSync(join(root, file), source);
  const bundles = join(root, 'bundles');
  await build({ functions: join(root, 'functions'), outdir: bundles });
  return {
    description: bugs[name].description,
    async synthesize(context) {
      const outdir = join(root, 'assembly');
      createApp({ context: { ...context, rateLimit: 'off' }, outdir, code: { functions: bundles } }).synth();
      return outdir;
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
