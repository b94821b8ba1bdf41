import { useEffect, useState, useSyncExternalStore } from 'preact/compat';
import type { Room } from '../../client/index.ts';
import { useTyping } from '../../client/react/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { joinNames } from '../ui/format.ts';

const secondsUntil = (time: number | undefined): number =>
  time === undefined ? 0 : Math.max(0, Math.ceil((time - Date.now()) / 1_000));

/** Returns for how many seconds the server's rate limit still holds back messages; 0 while it does not. */
function useRateLimit(room: Room): number {
  const until = useSyncExternalStore(room.subscribe, () => room.throttledUntil);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(secondsUntil(until));
    if (until === undefined) return;
    const timer = setInterval(() => setSeconds(secondsUntil(until)), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

/** Shows who is typing, or the rate limit. The line keeps its height while it is empty, so that nothing moves. */
export function TypingLine() {
  const { room } = useRoomContext();
  const typing = useTyping(room.id);
  const wait = useRateLimit(room);
  const nameOf = useNames();
  if (wait > 0) {
    return (
      <p class="typing held">
        <span role="alert">You're sending too fast. Your messages will be sent </span>
        {/* Outside of the alert, so that screen readers don't read each second. */}
        <span aria-hidden="true">in {wait} s</span>
      </p>
    );
  }
  return (
    <p class="typing" aria-live="polite">
      {typing.length > 0
        ? `${joinNames(typing.map(({ user_id }) => nameOf(user_id)))} ${typing.length === 1 ? 'is' : 'are'} typing…`
        : ''}
    </p>
  );
}
