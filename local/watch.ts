import { type FSWatcher, statSync, watch } from 'node:fs';

/** Files whose change is taken up. */
export interface WatchedSource {
  /** A directory, watched with all below it, or a file. */
  readonly path: string;
  /** Runs before the reload, for instance a build. */
  readonly prepare?: () => Promise<unknown>;
}

export interface WatchOptions {
  readonly sources: readonly WatchedSource[];
  readonly reload: () => Promise<void>;
  readonly log: (line: string) => void;
  /** Milliseconds without a change after which the changes are taken up; an editor writes a file in steps. */
  readonly quietMs?: number;
}

/**
 * Reloads when a source changes. A failure is logged in one line and what ran before goes on. Returns the
 * function that ends it.
 */
export function watchSources({ sources, reload, log, quietMs = 150 }: WatchOptions): () => void {
  const changed = new Set<WatchedSource>();
  let timer: NodeJS.Timeout | undefined;
  let busy = false;

  const takeUp = async (): Promise<void> => {
    // A change during a reload starts the next one when this has ended.
    if (busy) return;
    busy = true;
    const sourcesNow = [...changed];
    changed.clear();
    try {
      for (const { prepare } of sourcesNow) await prepare?.();
      await reload();
      log('Reloaded: new code and template serve from now on');
    } catch (error) {
      log(`Not reloaded, the code before goes on: ${error instanceof Error ? error.message : String(error)}`);
    }
    busy = false;
    if (changed.size > 0) void takeUp();
  };
  const note = (source: WatchedSource): void => {
    changed.add(source);
    clearTimeout(timer);
    timer = setTimeout(() => void takeUp(), quietMs);
  };
  const watchers = sources.map((source) => open(source, () => note(source)));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function open({ path }: WatchedSource, note: () => void): FSWatcher {
  const recursive = statSync(path).isDirectory();
  // Editors leave swap and backup files beside the source; those are no change.
  return watch(path, { recursive }, (_event, file) => {
    if (file === null || /^[^.~#][^~#]*\.(tsx?|json|css|html|svg)$/.test(file.split('/').pop() ?? '')) note();
  });
}
