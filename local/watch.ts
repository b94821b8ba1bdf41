import { existsSync, type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export interface WatchedSource {
  /** A file, or a directory with everything below it except packages, hidden files and build output. */
  readonly path: string;
  /** A directory below `path` that is not watched. */
  readonly except?: string;
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
  const stops = sources.map((source) => watchSource(source, () => onChange(source)));
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

function watchSource({ path, except }: WatchedSource, onChange: () => void): () => void {
  if (statSync(path).isDirectory()) return watchTree(path, except, onChange);
  // Watches the directory, because many editors replace a file when they save it, which ends the file's own watcher.
  const watcher = watch(dirname(path), (_event, name) => {
    if (name === basename(path)) onChange();
  });
  return () => watcher.close();
}

/**
 * Watches each directory of a tree with a watcher of its own, because on Linux a recursive `watch` would also watch all
 * packages.
 */
function watchTree(root: string, except: string | undefined, onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const isIgnored = (path: string) =>
    /^\.|^(node_modules|cdk\.out|dist)$/.test(basename(path)) ||
    (except !== undefined && resolve(path) === resolve(except));
  const add = (directory: string): void => {
    // A directory that was deleted and created again needs a new watcher.
    watchers.get(directory)?.close();
    const watcher = watch(directory, (_event, name) => {
      if (name === null) return onChange();
      const path = join(directory, name);
      if (isDirectory(path)) {
        if (isIgnored(path)) return;
        try {
          add(path);
        } catch {
          // The directory has been deleted again.
        }
        onChange();
      } else if (isSource(path)) onChange();
    });
    watcher.on('error', () => watcher.close());
    watchers.set(directory, watcher);
    for (const each of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, each.name);
      if (each.isDirectory() && !isIgnored(path)) add(path);
    }
  };
  add(root);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
  };
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Returns whether a file is source code, and not a temporary file of an editor or the output of a compiler. */
function isSource(path: string): boolean {
  if (!/^[^.~#][^~#]*\.([cm]?[jt]sx?|json|css|html|svg)$/.test(basename(path))) return false;
  const [, base, m = ''] = /^(.*?)(?:\.d)?\.([cm]?)[jt]s$/.exec(path) ?? [];
  const sources = [`${base}.${m}ts`, `${base}.${m}tsx`];
  return base === undefined || sources.includes(path) || !sources.some((source) => existsSync(source));
}
