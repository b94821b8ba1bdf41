import { useEffect, useState } from 'preact/hooks';

/** How long a notice is shown, in milliseconds. */
const NOTICE_MS = 2_000;

/** Keeps a value for a few seconds after it was set, such as "Copied" beside a button. Setting it again starts anew. */
export function useNotice<T>() {
  const [notice, setNotice] = useState<{ readonly value: T }>();
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(undefined), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return [notice?.value, (value: T) => setNotice({ value })] as const;
}
