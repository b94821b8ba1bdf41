import type { ChatClientError } from './errors.ts';
import type { State } from './link.ts';

interface Readied {
  readonly state: State;
  readonly error: ChatClientError | undefined;
  subscribe(listener: () => void): () => void;
}

/** Resolves once it is live. @throws ChatClientError with why it was refused, and CLOSED where it is closed */
export function whenLive(target: Readied, why = () => target.error): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { state } = target;
      const error = why();
      const ended = state === 'refused' || (state === 'offline' && error?.code === 'CLOSED');
      if (state !== 'live' && !ended) return;
      stop();
      if (state === 'live') resolve();
      else reject(error);
    };
    const stop = target.subscribe(look);
    look();
  });
}
