import { useRef, useState } from 'preact/hooks';

export interface Deed {
  readonly busy: boolean;
  /** Why it was not done, for people to read. */
  readonly problem: string;
  /** Does it, unless one is being done. Resolves to whether it was done. */
  attempt(deed: () => Promise<unknown>): Promise<boolean>;
}

/** Something that takes a while, done once however often it is asked for meanwhile. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  // Two clicks may come before anything is drawn.
  const running = useRef(false);
  const attempt = async (deed: () => Promise<unknown>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem('');
    try {
      await deed();
      return true;
    } catch (error) {
      setProblem((error as Error).message);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, problem, attempt };
}
