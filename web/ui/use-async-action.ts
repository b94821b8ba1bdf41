import { useRef, useState } from 'preact/hooks';
import { errorText } from '../texts/texts.ts';

/**
 * Returns `run`, which runs an action unless one is running already, and resolves to whether it succeeded. Returns also
 * whether an action is running, and the message of the last failure.
 */
export function useAsyncAction() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  // A second click can arrive before the component renders again, so state alone is too late.
  const running = useRef(false);
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setError('');
    try {
      await action();
      return true;
    } catch (failure) {
      setError(errorText(failure));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, error, run };
}
