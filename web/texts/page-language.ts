import { pageStorage } from '../session/storage.ts';
import { language, matchLanguage, setLanguage } from './language.ts';

const KEY = 'parley:language';

/** Sets the language and the writing direction of the document. */
function applyToDocument(): void {
  const { locale, direction } = language();
  Object.assign(document.documentElement, { lang: locale, dir: direction });
}

/** Shows the page in another language. Keeps the current one if its texts cannot be loaded. */
async function show(code: string): Promise<void> {
  await setLanguage(code).catch(() => {});
  applyToDocument();
}

/** Shows the page in the language that the user has chosen before, or that the browser prefers. */
export function startLanguage(): Promise<void> {
  const chosen = pageStorage('localStorage').get(KEY);
  return show(typeof chosen === 'string' ? matchLanguage([chosen]) : matchLanguage());
}

/** Shows the page in a language, and remembers it. */
export function chooseLanguage(code: string): Promise<void> {
  pageStorage('localStorage').set(KEY, code);
  return show(code);
}
