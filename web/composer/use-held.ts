import { useSyncExternalStore } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';

const secondsTo = (time: number | undefined): number =>
  time === undefined ? 0 : Math.max(0, Math.ceil((time - Date.now()) / 1_000));

/** For how many seconds the server still holds back what is sent here; 0 where it does not. */
export function useHeld(room: Room): number {
  const until = useSyncExternalStore(room.subscribe, () => room.heldUntil);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(secondsTo(until));
    if (until === undefined) return;
    const ticking = setInterval(() => setSeconds(secondsTo(until)), 1_000);
    return () => clearInterval(ticking);
  }, [until]);
  return seconds;
}
