import type { english } from './english.ts';
import type { englishLater } from './english-later.ts';
import type { englishSignIn } from './english-sign-in.ts';

/** All texts of a language other than English. */
export interface Catalogue {
  readonly texts: typeof english;
  readonly later: typeof englishLater;
  readonly signIn: typeof englishSignIn;
}

export interface Language {
  /** The language's own name. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Loads the texts; undefined for English, whose texts are part of the page's scripts. */
  readonly load?: () => Promise<Catalogue>;
}

/** The languages to choose from, by their code in BCP 47. */
export const languages: Readonly<Record<string, Language>> = {
  en: { name: 'English', direction: 'ltr' },
  ar: {
    name: 'العربية',
    direction: 'rtl',
    load: async () => (await import('./arabic-catalogue.ts')).arabicCatalogue,
  },
};

/** The language of the page, with its texts. */
export interface CurrentLanguage {
  readonly code: string;
  readonly direction: Language['direction'];
  /** The language as the browser prefers it, such as `en-GB`. Formats of dates and numbers depend on the country. */
  readonly locale: string;
  /** Undefined for English. */
  readonly catalogue?: Catalogue | undefined;
}

/** Returns the language part of a BCP 47 tag, such as `ar` for `ar-EG`. */
const codeOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

const browserTags = (): readonly string[] => globalThis.navigator?.languages ?? [];

const localeOf = (code: string): string => browserTags().find((tag) => codeOf(tag) === code) ?? code;

let current: CurrentLanguage = { code: 'en', direction: 'ltr', locale: localeOf('en') };
const listeners = new Set<() => void>();

export const language = (): CurrentLanguage => current;

/** Calls the listener after each change of the language. Returns a function that stops it. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Returns the code of the first language in the list that the page has; English if it has none of them. */
export const matchLanguage = (wanted: readonly string[] = browserTags()): string =>
  wanted.map(codeOf).find((code) => Object.hasOwn(languages, code)) ?? 'en';

/** The code of the language that was requested last. A slower load of another one is dropped. */
let requested = 'en';

/** Loads the texts of a language and shows them. Keeps the current language if they cannot be loaded. */
export async function setLanguage(code: string): Promise<void> {
  const { direction, load } = languages[code] ?? { direction: 'ltr' };
  requested = code;
  if (code === current.code) return;
  const catalogue = await load?.();
  if (requested !== code) return;
  current = { code, direction, locale: localeOf(code), catalogue };
  for (const listener of [...listeners]) listener();
}
