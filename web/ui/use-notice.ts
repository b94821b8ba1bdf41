import { useEffect, useState } from 'preact/hooks';

/** How long a notice is shown, in milliseconds. */
const NOTICE_MS = 2_000;

/**
 * Keeps a value for a while after it was set, such as "Copied" beside a button. Setting it again starts anew.
 * @param shownMs how long, in milliseconds
 */
export function useNotice<T>(shownMs = NOTICE_MS) {
  const [notice, setNotice] = useState<{ readonly value: T }>();
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [notice]);
  return [notice?.value, (value: T) => setNotice({ value })] as const;
}
