import type { Room } from '../../client/index.ts';
import { useTyping } from '../../client/react/index.ts';
import { useEffect, useRef, useState, useSyncExternalStore } from '../react.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import type { Entry } from '../timeline/entry.ts';
import { duration, joinNames } from '../ui/format.ts';

const secondsUntil = (time: number | undefined): number =>
  time === undefined ? 0 : Math.max(0, Math.ceil((time - Date.now()) / 1_000));

/** Returns the seconds until a time, and renders again each second; 0 after it. */
function useCountdown(until: number | undefined): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(secondsUntil(until));
    if (secondsUntil(until) === 0) return;
    const timer = setInterval(() => {
      setSeconds(secondsUntil(until));
      if (secondsUntil(until) === 0) clearInterval(timer);
    }, 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

/** Returns for how many seconds the server's rate limit still holds back messages; 0 while it does not. */
const useRateLimit = (room: Room): number =>
  useCountdown(useSyncExternalStore(room.subscribe, () => room.throttledUntil));

/**
 * Returns for how many seconds slow mode still forbids another message; 0 while it does not.
 * @param last the user's last message
 */
export function useSlowMode(last: Entry | undefined): number {
  const { room, isModerator } = useRoomContext();
  const sent = useRef({ key: '', at: 0 });
  if (last && last.key !== sent.current.key) {
    // The clocks of this machine and of the server may differ.
    const at = last.state === 'pending' ? Date.now() : Math.min(Date.parse(last.at), Date.now());
    sent.current = { key: last.key, at };
  }
  const seconds = isModerator || !last ? 0 : (room.info?.slow_mode ?? 0);
  return useCountdown(seconds > 0 ? sent.current.at + seconds * 1_000 : undefined);
}

interface LineProps {
  /** For how many seconds slow mode still forbids another message. */
  readonly slowMode: number;
}

/** Shows who is typing, the rate limit or slow mode. The empty line keeps its height, so that nothing moves. */
export function TypingLine({ slowMode }: LineProps) {
  const { room } = useRoomContext();
  const typing = useTyping(room.id);
  const wait = useRateLimit(room);
  const words = texts().composer;
  const nameOf = useNames();
  if (wait > 0 || slowMode > 0) {
    const isSlow = wait === 0;
    return (
      <p class={isSlow ? 'typing' : 'typing held'}>
        <span role={isSlow ? 'status' : 'alert'}>{isSlow ? words.slowMode : words.tooFast} </span>
        {/* Outside of the alert, so that screen readers don't read each second. */}
        <span aria-hidden="true">
          {isSlow ? words.sendAgainIn(duration(slowMode)) : words.sentIn(duration(wait))}
        </span>
      </p>
    );
  }
  return (
    <p class="typing" aria-live="polite">
      {typing.length > 0
        ? words.typing(joinNames(typing.map(({ user_id }) => nameOf(user_id))), typing.length)
        : ''}
    </p>
  );
}
