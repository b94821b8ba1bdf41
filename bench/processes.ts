import { type ChildProcess, fork } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Starts a script of this folder in a child process. The script exits when the process is disconnected. */
export const startProcess = (script: string, args: readonly string[] = [], env = process.env): ChildProcess =>
  fork(fileURLToPath(new URL(script, import.meta.url)), args, { env });

/** Starts a local stack with the options of Node that `npm start` sets. */
export const startStackProcess = (): ChildProcess =>
  fork(fileURLToPath(new URL('stack-process.ts', import.meta.url)), {
    execArgv: ['--max-semi-space-size=8'],
  });

/** Starts the local stack of another checkout of this project. @param directory the path of the built checkout */
export const startOtherStack = (directory: string): ChildProcess =>
  fork(join(directory, 'bench/stack-process.ts'), { cwd: directory });

/** Resolves to the next message of a process. @throws Error if the process ends first */
export async function nextMessage(child: EventEmitter): Promise<unknown> {
  const listeners = new AbortController();
  const { signal } = listeners;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('Benchmark not measured: a child process ended before it answered. See its output.');
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    listeners.abort();
  }
}

/** Disconnects processes, which makes them exit. */
export function stopProcesses(children: readonly ChildProcess[]): void {
  for (const child of children) if (child.connected) child.disconnect();
}
