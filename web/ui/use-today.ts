import { useEffect, useState } from 'preact/hooks';
import { dayKey } from './format.ts';

/** How often the day is compared, in milliseconds. A timer until midnight would pause while the machine sleeps. */
const CHECK_MS = 60_000;

const today = (): string => dayKey(new Date().toISOString());

/** Returns a key of the current day, and renders the component again when the next day begins. */
export function useToday(): string {
  const [day, setDay] = useState(today);
  useEffect(() => {
    const check = () => setDay(today());
    const timer = setInterval(check, CHECK_MS);
    document.addEventListener('visibilitychange', check);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', check);
    };
  }, []);
  return day;
}
