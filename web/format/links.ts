/** A part of a text that leads to an address. */
export interface Link {
  readonly text: string;
  readonly href: string;
}

/** The start of an address. A mail address has its start before the `@`. */
const candidate = /https?:\/\/|www\.|@/gi;

/** The first part of a web address: the user if any, the host and the port. */
const authority =
  /(?:[^\s/?#@<>"`[\]\p{Cf}]{1,200}@)?(?:[\p{L}\p{N}\p{M}_.-]+|\[[\da-f:.]{2,45}\])(?::\d{1,5})?/uy;

/**
 * The rest of a web address. It ends before blanks, quotation marks, angle and full-width brackets, Chinese and Japanese
 * full stops and commas, and before invisible characters that change the direction of the text.
 */
const rest = /[/?#][^\s<>"`“”«»、。，「」『』【】《》〈〉（）\u200e\u200f\u2028-\u202e\u2066-\u2069]*/uy;

/** Characters that end a sentence or a formatted part, and not an address, as GitHub Flavored Markdown defines them. */
const closing = /[.,;:!?'*_~…’‘！？：；．]/;
const brackets: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

const isLetter = (character: string | undefined): boolean => /[a-z\d]/i.test(character ?? '');

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Returns where an address ends, without the punctuation after it and without brackets that open before it. */
function trimmedEnd(text: string, from: number, to: number): number {
  const counts: Record<string, number> = {};
  for (let at = from; at < to; at++) {
    const character = text[at] ?? '';
    if ('()[]{}'.includes(character)) counts[character] = (counts[character] ?? 0) + 1;
  }
  let end = to;
  for (; end > from; end--) {
    const character = text[end - 1] ?? '';
    const opening = brackets[character];
    if (opening === undefined ? !closing.test(character) : (counts[opening] ?? 0) >= (counts[character] ?? 0))
      break;
    counts[character] = (counts[character] ?? 0) - 1;
  }
  return end;
}

function isAddress(href: string): boolean {
  try {
    return /^https?:$/.test(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** Returns the end of the web address that starts at a position, or -1. */
export function webAddressEnd(text: string, start: number): number {
  const scheme = matchAt(/https?:\/\/|(?=www\.)/iy, text, start);
  if (isLetter(text[start - 1]) || (scheme === '' && !/www\./iy.test(text.slice(start, start + 4))))
    return -1;
  // Words that only start like an address have no second dot.
  const from = start + scheme.length;
  const host = matchAt(authority, text, from);
  if (scheme === '' && !/^www\.[^.]+\.[^.]/i.test(host)) return -1;
  const path = matchAt(rest, text, from + host.length);
  const end = trimmedEnd(text, from, from + host.length + path.length);
  return end > from && isAddress(webHref(text.slice(start, end))) ? end : -1;
}

const webHref = (address: string): string => (/^https?:/i.test(address) ? address : `https://${address}`);

/** Returns the mail address around an `@`, or undefined. `from` is the end of the previous link. */
function mailAddress(text: string, at: number, from: number): { start: number; end: number } | undefined {
  let start = at;
  while (start > from && at - start < 64 && /[\p{L}\p{N}.+_-]/u.test(text[start - 1] ?? '')) start--;
  while (start < at && !/[\p{L}\p{N}_]/u.test(text[start] ?? '')) start++;
  const domain = matchAt(/(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]*\p{L}/uy, text.slice(at + 1, at + 255), 0);
  return start < at && domain ? { start, end: at + 1 + domain.length } : undefined;
}

/**
 * Splits a text at its web and mail addresses: those that start with `http:`, `https:` or `www.`, and `name@host`.
 * Takes time in proportion to the length of the text.
 */
export function splitLinks(text: string): readonly (string | Link)[] {
  const parts: (string | Link)[] = [];
  let from = 0;
  const add = (start: number, end: number, scheme: string) => {
    if (start > from) parts.push(text.slice(from, start));
    const address = text.slice(start, end);
    parts.push({ text: address, href: scheme ? scheme + encodeURI(address) : webHref(address) });
    from = end;
  };
  for (const { 0: found, index } of text.matchAll(candidate)) {
    if (index < from) continue;
    if (found === '@') {
      const mail = mailAddress(text, index, from);
      if (mail) add(mail.start, mail.end, 'mailto:');
    } else {
      const end = webAddressEnd(text, index);
      if (end > 0) add(index, end, '');
    }
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** Returns whether an address names a room, or a message in it, of the chat at the address `page`. */
export function isOnPage(href: string, page: string): boolean {
  const { hash, href: address } = new URL(href);
  return hash.startsWith('#/') && address.split('#')[0] === new URL(page).href.split('#')[0];
}
