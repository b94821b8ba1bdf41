import type { SyntaxNode } from '@lezer/common';
import { chatParser } from './markdown-parser.ts';

/** A part of a line of text. A string is shown as it is. */
export type Inline =
  | string
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string };

/** A part of a message. The text keeps its line breaks, blank lines and leading blanks. */
export type Block =
  | { readonly kind: 'text'; readonly children: readonly Inline[] }
  | { readonly kind: 'fence'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly items: readonly ListItem[] };

export interface ListItem {
  /** The number as typed, such as `3.`; undefined for a bullet. */
  readonly number: string | undefined;
  readonly blocks: readonly Block[];
}

/** Quotes, lists and emphasis that are nested deeper are shown as typed. */
const MAX_DEPTH = 10;

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

/** Collects the parts of a message in their order. */
class Parts {
  readonly blocks: Block[] = [];
  #inline: Inline[] = [];

  add(part: Inline | Block): void {
    const last = this.#inline.at(-1);
    if (typeof part === 'string') {
      if (typeof last === 'string') this.#inline.splice(-1, 1, last + part);
      else if (part) this.#inline.push(part);
    } else if (part.kind === 'fence' || part.kind === 'quote' || part.kind === 'list') {
      this.#endText();
      this.blocks.push(part);
    } else if (part.kind !== 'text') this.#inline.push(part);
  }

  /** Returns the blocks. */
  end(): readonly Block[] {
    this.#endText();
    return this.blocks;
  }

  /** Ends the text. The line breaks between it and the blocks next to it are not shown. */
  #endText(): void {
    const children = this.#inline;
    this.#inline = [];
    if (this.blocks.length > 0) trim(children, 0, /^[ \t]*\n/);
    trim(children, children.length - 1, /\n[ \t]*$/);
    if (children.length > 0) this.blocks.push({ kind: 'text', children });
  }
}

function trim(children: Inline[], index: number, edge: RegExp): void {
  const text = children[index];
  if (typeof text !== 'string') return;
  const trimmed = text.replace(edge, '');
  if (trimmed) children[index] = trimmed;
  else children.splice(index, 1);
}

/** Whether there is something to format: `**` alone and `*_*` are shown as typed. */
const hasContent = (text: string): boolean => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text);

/** Whether the text after the opening backticks is the language, and not the first line of the code. */
const isLanguage = (text: string): boolean => /^\s*[\w+#.-]*\s*$/.test(text);

/** Turns the syntax tree of a text into blocks. All text that is not a marker is kept. */
class Converter {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Adds a node's parts. `from` is the end of the marker that starts the node. */
  addTo(parts: Parts, node: SyntaxNode, depth: number, from = node.from, to = node.to): void {
    let position = from;
    for (const child of childrenOf(node)) {
      if (child.from < position || child.to > to) continue;
      parts.add(this.#text.slice(position, child.from));
      position = child.name === 'QuoteMark' ? this.#afterQuoteMark(child) : child.to;
      if (child.name === 'QuoteMark') continue;
      const part = this.#partOf(child, depth + 1);
      if (part === undefined) this.addTo(parts, child, depth + 1);
      else parts.add(part);
    }
    parts.add(this.#text.slice(position, to));
  }

  /** Converts a node to a part. Returns undefined for a node that has no format of its own, only child nodes. */
  #partOf(node: SyntaxNode, depth: number): Inline | Block | undefined {
    const source = this.#text.slice(node.from, node.to);
    if (depth > MAX_DEPTH) return source;
    switch (node.name) {
      case 'StrongEmphasis':
      case 'Emphasis':
      case 'Strikethrough': {
        const kinds = { StrongEmphasis: 'strong', Emphasis: 'emphasis', Strikethrough: 'strike' } as const;
        if (!hasContent(source)) return source;
        return { kind: kinds[node.name], children: this.#inlineOf(node, depth) };
      }
      case 'InlineCode':
        return { kind: 'code', text: this.#codeOf(node) };
      case 'FencedCode': {
        const lines = node.getChildren('CodeText').map(({ from, to }) => this.#text.slice(from, to));
        if (lines.length === 0) return source;
        const info = node.getChild('CodeInfo');
        const opening = info ? this.#text.slice(info.from, info.to) : '';
        const first = isLanguage(opening) ? '' : `${opening}\n`;
        return { kind: 'fence', text: first + lines.join('') };
      }
      case 'Blockquote':
        return hasContent(source) ? { kind: 'quote', blocks: this.#blocksOf(node, depth) } : source;
      case 'BulletList':
      case 'OrderedList': {
        // A lone `*` or `1.`, and lines such as `- - -` and `+ 1`, are text.
        const isText = source.startsWith('+') || !/[^\s*+-]/.test(source.replace(/^\d+[.)]/, ''));
        if (isText) return undefined;
        return { kind: 'list', items: node.getChildren('ListItem').map((item) => this.#itemOf(item, depth)) };
      }
      default:
        return undefined;
    }
  }

  #afterQuoteMark({ to }: SyntaxNode): number {
    return this.#text[to] === ' ' ? to + 1 : to;
  }

  #inlineOf(node: SyntaxNode, depth: number): readonly Inline[] {
    const parts = new Parts();
    const [from, to] = [node.firstChild?.to ?? node.from, node.lastChild?.from ?? node.to];
    this.addTo(parts, node, depth, from, to);
    return parts.end().flatMap((block) => (block.kind === 'text' ? block.children : []));
  }

  #codeOf(node: SyntaxNode): string {
    const [from, to] = [node.firstChild?.to ?? node.from, node.lastChild?.from ?? node.to];
    const text = this.#text.slice(from, to);
    // A blank separates backticks in the code from the markers.
    return /^ .*[^ ].* $/s.test(text) && /^ `|` $/.test(text) ? text.slice(1, -1) : text;
  }

  #blocksOf(node: SyntaxNode, depth: number): readonly Block[] {
    const mark = node.firstChild;
    const parts = new Parts();
    this.addTo(parts, node, depth, mark ? this.#afterQuoteMark(mark) : node.from);
    return parts.end();
  }

  #itemOf(node: SyntaxNode, depth: number): ListItem {
    const mark = node.firstChild;
    const number = mark ? this.#text.slice(mark.from, mark.to) : '';
    const blocks = this.#blocksOf(node, depth).map((block) =>
      block.kind === 'text' ? { ...block, children: withoutIndent(block.children) } : block,
    );
    return { number: /\d/.test(number) ? number : undefined, blocks };
  }
}

/** Removes the indentation of the lines of a list item, which only shows that they belong to it. */
const withoutIndent = (children: readonly Inline[]): readonly Inline[] =>
  children.map((child, index) => {
    if (typeof child !== 'string') return child;
    const text = child.replace(/\n[ \t]+/g, '\n');
    return index === 0 ? text.trimStart() : text;
  });

/** A part of a message: code in a fence, or text with its formatting. */
interface Section {
  readonly isCode: boolean;
  readonly lines: readonly string[];
}

/**
 * Splits a message at its fenced code. As people type it, the first and the last line can have code beside the
 * backticks, which CommonMark would lose.
 */
function splitFences(text: string): readonly Section[] {
  const lines = text.split('\n');
  const sections: Section[] = [];
  let from = 0;
  for (let start = 0; start < lines.length; start++) {
    const [, opening] = /^ {0,3}```([^`]*)$/.exec(lines[start] ?? '') ?? [];
    if (opening === undefined) continue;
    const end = lines.findIndex((line, index) => index > start && line.trimEnd().endsWith('```'));
    if (end < 0) break;
    const last = (lines[end] ?? '').trimEnd().slice(0, -3);
    const first = isLanguage(opening) ? [] : [opening];
    const code = [...first, ...lines.slice(start + 1, end), ...(last.trim() ? [last] : [])];
    if (code.length === 0) continue;
    if (start > from) sections.push({ isCode: false, lines: lines.slice(from, start) });
    sections.push({ isCode: true, lines: code });
    from = end + 1;
    start = end;
  }
  if (from < lines.length) sections.push({ isCode: false, lines: lines.slice(from) });
  return sections;
}

/**
 * Parses the formatting of a message: bold, italic, strike, code, quotes and lists. Everything else is text, among it
 * headings, HTML, tables and links in brackets. Characters that are not markers are all kept.
 */
export function parseMarkdown(message: string): readonly Block[] {
  const parts = new Parts();
  for (const { isCode, lines } of splitFences(message)) {
    const text = lines.join('\n');
    if (isCode) parts.add({ kind: 'fence', text });
    else new Converter(text).addTo(parts, chatParser.parse(text).topNode, 0, 0, text.length);
  }
  return parts.end();
}
