import type { ChatClientError } from './errors.ts';
import type { State } from './link.ts';

interface Readied {
  readonly state: State;
  readonly error: ChatClientError | undefined;
  subscribe(listener: () => void): () => void;
}

/** Resolves once it is live. @throws ChatClientError with why it was refused */
export function whenLive(target: Readied, why = () => target.error): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { state } = target;
      if (state !== 'live' && state !== 'refused') return;
      stop();
      if (state === 'live') resolve();
      else reject(why());
    };
    const stop = target.subscribe(look);
    look();
  });
}
