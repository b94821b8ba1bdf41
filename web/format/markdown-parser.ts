import {
  type BlockParser,
  InlineContext,
  type InlineParser,
  type Line,
  parser,
  Strikethrough,
} from '@lezer/markdown';
import { webAddressEnd } from './links.ts';

const ASTERISK = 42;
const UNDERSCORE = 95;
const GREATER_THAN = 62;

// Chinese, Japanese, Korean and Thai have no blanks between words, so a marker may stand inside a word.
const unspaced = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]/u;

const isBlank = (character: string): boolean => /^\s*$/.test(character);

/** Whether a marker next to this character may start (`before` it) or end (`after` it) a formatted part. */
function isEdge(character: string, ascii: string): boolean {
  if (isBlank(character) || ascii.includes(character) || unspaced.test(character)) return true;
  return character > '\x7f' && !/[\p{L}\p{N}]/u.test(character);
}

/** A word such as `__init__` or `_private_name_`, which is not emphasis. */
const identifier =
  /(?:__+[\p{L}\p{N}]+|_[\p{L}\p{N}]+_+[\p{L}\p{N}]+)(?:_+[\p{L}\p{N}]+)*_+(?![\p{L}\p{N}])/uy;

/**
 * Emphasis as people type it. CommonMark also starts emphasis inside a word, as in `2*3*4`, or next to punctuation, as in
 * `¯\_(ツ)_/¯`.
 */
const emphasis: InlineParser = {
  name: 'Emphasis',
  parse(cx, next, start) {
    if (next !== ASTERISK && next !== UNDERSCORE) return -1;
    let end = start + 1;
    while (cx.char(end) === next) end++;
    const before = cx.slice(start - 1, start);
    const after = cx.slice(end, end + 1);
    const opens = isEdge(before, '([{"\'*_~') && !isBlank(after) && !'/\\'.includes(after);
    const closes = isEdge(after, ')]}"\'.,;:!?*_~-') && !isBlank(before) && !'/\\([{'.includes(before);
    if (next === UNDERSCORE && opens) {
      identifier.lastIndex = start - cx.offset;
      if (identifier.test(cx.text)) return cx.offset + identifier.lastIndex;
    }
    const type = next === ASTERISK ? InlineContext.emphasisAsterisk : InlineContext.emphasisUnderscore;
    return opens || closes ? cx.addDelimiter(type, start, end, opens, closes) : end;
  },
};

/** Skips web addresses, whose characters are not markers. */
const webAddress: InlineParser = {
  name: 'WebAddress',
  before: 'Emphasis',
  parse(cx, next, start) {
    if (!/[hw]/i.test(String.fromCharCode(next))) return -1;
    const end = webAddressEnd(cx.text, start - cx.offset);
    return end < 0 ? -1 : end + cx.offset;
  },
};

/** A quote starts with `>` and a blank. CommonMark needs no blank, so that `>:(` would be a quote. */
const blockquote: BlockParser = {
  name: 'Blockquote',
  parse(cx, line) {
    const rest = line.text.slice(line.pos, line.pos + 2);
    if (line.next !== GREATER_THAN || !/^>\s?$/.test(rest)) return false;
    cx.startComposite('Blockquote', line.pos);
    cx.addElement(cx.elt('QuoteMark', cx.lineStart + line.pos, cx.lineStart + line.pos + 1));
    line.moveBase(line.pos + rest.length);
    return null;
  },
};

/** Ends quotes and list items at the first line without their marker. CommonMark would add that line to them. */
const noLazyLines: BlockParser = {
  name: 'NoLazyLines',
  // The number of quotes and lists that the line continues. Every release has it, but the type declarations omit it.
  endLeaf: (cx, line) => (line as Line & { depth: number }).depth < cx.depth,
};

/** Parses the markers of Markdown as people type them in a chat. */
export const chatParser = parser.configure([
  Strikethrough,
  {
    remove: [
      ...['ATXHeading', 'HTMLBlock', 'HorizontalRule', 'IndentedCode', 'LinkReference', 'SetextHeading'],
      ...['Autolink', 'Entity', 'Escape', 'HTMLTag', 'HardBreak', 'Image', 'Link'],
    ],
    parseBlock: [blockquote, noLazyLines],
    parseInline: [emphasis, webAddress],
  },
]);
