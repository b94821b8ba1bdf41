import { language } from './language.ts';

/** Returns a function that creates a formatter once for each locale. */
function perLocale<T>(create: (locale: string) => T): () => T {
  let known: { readonly locale: string; readonly value: T } | undefined;
  return () => {
    const { locale } = language();
    if (known?.locale !== locale) known = { locale, value: create(locale) };
    return known.value;
  };
}

const numbers = perLocale((locale) => new Intl.NumberFormat(locale));
const rules = perLocale((locale) => new Intl.PluralRules(locale));
const lists = perLocale((locale) => new Intl.ListFormat(locale));

/** Returns a function that formats dates and times. */
export function dateFormat(options: Intl.DateTimeFormatOptions): (time: Date) => string {
  const format = perLocale((locale) => new Intl.DateTimeFormat(locale, options));
  return (time) => format().format(time);
}

/** Returns a function that formats numbers with a unit, such as "5 seconds". */
export function unitFormat(
  unit: string,
  unitDisplay: 'short' | 'long' = 'long',
  maximumFractionDigits = 0,
): (value: number) => string {
  const format = perLocale(
    (locale) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits }),
  );
  return (value) => format().format(value);
}

export const formatNumber = (value: number): string => numbers().format(value);

/** The forms of a text for the plural rules of its language. A language needs those that its rules name. */
export type PluralForms = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string };

/** Returns the form for a count. */
export const pluralForm = (count: number, forms: PluralForms): string =>
  forms[rules().select(count)] ?? forms.other;

/** Returns the form for a count, with the count in place of `#`. The forms must not contain texts of users. */
export const plural = (count: number, forms: PluralForms): string =>
  pluralForm(count, forms).replace('#', formatNumber(count));

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a text of a user, such as a name, for use inside a sentence. A text of the other direction would mix up the
 * order of the words around it, so it is put between the characters FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
 */
export const isolate = (text: string): string =>
  language().direction === 'rtl' || rightToLeft.test(text) ? `\u2068${text}\u2069` : text;

/** Returns the direction of a text of a user, by its first letter; undefined if it has none. */
export function directionOf(text: string): 'ltr' | 'rtl' | undefined {
  const [letter] = text.match(/\p{L}/u) ?? [];
  if (letter !== undefined) return rightToLeft.test(letter) ? 'rtl' : 'ltr';
  return undefined;
}

/** Returns a list such as "Bob, Carol, and Dave". Isolate the names in it. */
export const joinList = (items: readonly string[]): string => lists().format(items);
