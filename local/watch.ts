import { type FSWatcher, statSync, watch } from 'node:fs';

export interface WatchedSource {
  /** A file, or a directory with everything below it. */
  readonly path: string;
  /** Runs before the reload, for instance a build. */
  readonly prepare?: () => Promise<unknown>;
}

export interface WatchOptions {
  readonly sources: readonly WatchedSource[];
  readonly reload: () => Promise<void>;
  readonly log: (line: string) => void;
  /** Milliseconds to wait after the last change before the reload, because editors save in several steps. */
  readonly debounceMs?: number;
}

/**
 * Reloads when a source changes. Logs a failed reload in one line and keeps the running code. Returns the function that
 * stops watching.
 */
export function watchSources({ sources, reload, log, debounceMs = 150 }: WatchOptions): () => void {
  const changed = new Set<WatchedSource>();
  let timer: NodeJS.Timeout | undefined;
  let reloading = false;

  const reloadChanged = async (): Promise<void> => {
    // A change during a reload starts the next reload when this one ends.
    if (reloading) return;
    reloading = true;
    const prepared = [...changed];
    changed.clear();
    try {
      for (const { prepare } of prepared) await prepare?.();
      await reload();
      log('Reloaded. The new code and template are active.');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`Could not reload, so the previous code stays active: ${reason}`);
    }
    reloading = false;
    if (changed.size > 0) void reloadChanged();
  };
  const onChange = (source: WatchedSource): void => {
    changed.add(source);
    clearTimeout(timer);
    timer = setTimeout(() => void reloadChanged(), debounceMs);
  };
  const watchers = sources.map((source) => watchSource(source, () => onChange(source)));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function watchSource({ path }: WatchedSource, onChange: () => void): FSWatcher {
  const recursive = statSync(path).isDirectory();
  // Ignores the swap and backup files that editors write beside the source.
  return watch(path, { recursive }, (_event, file) => {
    const name = file?.split('/').pop() ?? '';
    if (file === null || /^[^.~#][^~#]*\.(tsx?|json|css|html|svg)$/.test(name)) onChange();
  });
}
