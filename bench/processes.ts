import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder in a process of its own, which ends when it is let go. */
export const start = (
  script: string,
  given: readonly string[] = [],
  options: ForkOptions = {},
): ChildProcess => fork(fileURLToPath(new URL(script, import.meta.url)), given, options);

/** The next message of a process. @throws Error where it ends instead */
export async function heard(child: EventEmitter): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('Not measured: a process ended before it answered; its own output says why');
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    over.abort();
  }
}

/** Lets processes go that have not ended. */
export function letGo(children: readonly ChildProcess[]): void {
  for (const child of children) if (child.connected) child.disconnect();
}
