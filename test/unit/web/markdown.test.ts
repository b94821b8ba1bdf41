import { describe, expect, test } from 'vitest';
import { type Block, type Inline, parseMarkdown } from '../../../web/format/markdown.ts';
import { isOnlyEmoji, mayBeFormatted, previewText } from '../../../web/format/plain.ts';

const tags = { strong: 'b', emphasis: 'i', strike: 's' } as const;

function inline(part: Inline): string {
  if (typeof part === 'string') return part;
  if (part.kind === 'code') return `<code>${part.text}</code>`;
  return `<${tags[part.kind]}>${part.children.map(inline).join('')}</${tags[part.kind]}>`;
}

/** Writes blocks as short markup. */
function block(part: Block): string {
  if (part.kind === 'text') return part.children.map(inline).join('');
  if (part.kind === 'fence') return `<pre>${part.text}</pre>`;
  if (part.kind === 'quote') return `<quote>${part.blocks.map(block).join('|')}</quote>`;
  const items = part.items.map(
    ({ number = '•', blocks }) => `<li ${number}>${blocks.map(block).join('|')}</li>`,
  );
  return `<list>${items.join('')}</list>`;
}

/** Returns the short markup of a message, with `|` between its blocks. */
const format = (text: string) => parseMarkdown(text).map(block).join('|');

test.each([
  ['**bold** and *italic*', '<b>bold</b> and <i>italic</i>'],
  ['_italic_ and ***both***', '<i>italic</i> and <i><b>both</b></i>'],
  ['~~gone~~', '<s>gone</s>'],
  ['**a *b* c**', '<b>a <i>b</i> c</b>'],
  ['`code` and ``a ` b``', '<code>code</code> and <code>a ` b</code>'],
  ['`` ` ``', '<code>`</code>'],
  ['`**not bold**`', '<code>**not bold**</code>'],
  ['(*a*), "*b*"; *c*!', '(<i>a</i>), "<i>b</i>"; <i>c</i>!'],
  ['これは**重要**です', 'これは<b>重要</b>です'],
  ['**ändern** 👍*ja*', '<b>ändern</b> 👍<i>ja</i>'],
  ['**https://example.com/_a_**', '<b>https://example.com/_a_</b>'],
  ['**two\nlines**', '<b>two\nlines</b>'],
  ['_snake_case and more_', '<i>snake_case and more</i>'],
])('%s is %s', (text, formatted) => {
  expect(mayBeFormatted(text)).toBe(true);
  expect(format(text)).toBe(formatted);
});

test.each([
  ['* milk\n* eggs\nThanks!', '<list><li •>milk</li><li •>eggs</li></list>|Thanks!'],
  ['Todo:\n- **milk**\n- eggs', 'Todo:|<list><li •><b>milk</b></li><li •>eggs</li></list>'],
  ['1. one\n2. two', '<list><li 1.>one</li><li 2.>two</li></list>'],
  ['3. three\n7. seven', '<list><li 3.>three</li><li 7.>seven</li></list>'],
  ['1) one\n2) two', '<list><li 1)>one</li><li 2)>two</li></list>'],
  ['2024. A good year', '<list><li 2024.>A good year</li></list>'],
  ['- a\n  - b\n- c', '<list><li •>a|<list><li •>b</li></list></li><li •>c</li></list>'],
  ['- a\n  more of a', '<list><li •>a\nmore of a</li></list>'],
  ['- :)', '<list><li •>:)</li></list>'],
  ['> quoted\nmy answer', '<quote>quoted</quote>|my answer'],
  ['> one\n> two\n\nanswer', '<quote>one\ntwo</quote>|\nanswer'],
  ['> one\n>\n> two', '<quote>one\n\ntwo</quote>'],
  ['> > deep\n> less', '<quote><quote>deep</quote>|less</quote>'],
  ['> - a\n> - b', '<quote><list><li •>a</li><li •>b</li></list></quote>'],
  ['```\na *b*\n\n  c\n```', '<pre>a *b*\n\n  c</pre>'],
  ['```js\nlet a;\n```\nlike this', '<pre>let a;</pre>|like this'],
  ['See:\n```let a = 1;\nlet b;```', 'See:|<pre>let a = 1;\nlet b;</pre>'],
  ['```\nopen', '<pre>open</pre>'],
  ['> ```\n> a\n> ```', '<quote><pre>a</pre></quote>'],
  ['```one line```', '<code>one line</code>'],
])('%j has the blocks %s', (text, formatted) => {
  expect(mayBeFormatted(text)).toBe(true);
  expect(format(text)).toBe(formatted);
});

test.each([
  ...[
    '*',
    '**',
    '***',
    '~~',
    '~~~',
    '`',
    '``',
    '```',
    '_',
    '__',
    '>',
    '-',
    '1.',
    '- - -',
    '* * *',
    '---',
    '+ 1 from me',
  ],
  ...[
    '# Title',
    '#1 priority',
    'Title\n---',
    '| a | b |\n|---|---|',
    '<b>bold</b>',
    '<script>alert(1)</script>',
  ],
  ...[
    '&amp; &lt;',
    '![x](https://example.com/a.png)',
    '[x](javascript:alert(1))',
    '[a]: https://example.com',
    '<!-- a -->',
  ],
  ...[
    'snake_case_word',
    '_snake_case_',
    '__init__',
    '__private_name',
    'a_b_c d_e',
    '2*3*4',
    '5 * 3 * 2',
    '*.ts and *.js',
  ],
  ...[
    'src/**/*.ts',
    '**/*.ts',
    '¯\\_(ツ)_/¯',
    '-_- no -_-',
    '^_^',
    '>_<',
    '>:(',
    '*_*',
    'o_o',
    ':* :*',
    'C:\\_temp\\_a',
  ],
  ...[
    '~5 to ~10',
    'it`s',
    '\\*not bold\\*',
    '** bold **',
    '*a',
    'a*',
    '(*',
    '-5 degrees',
    '1.5',
    '1.a',
    '>= 5',
  ],
  ...[
    '  leading blanks',
    '    four blanks',
    'a\n\n\nb',
    'a\n   b\n\n\n  c',
    '\n\na',
    'a  \nb',
    'tab\there',
    ':)',
    '8)',
  ],
])('%j is shown as typed', (text) => {
  expect(format(text)).toBe(text);
});

test('keeps blank lines and leading blanks between formatted parts', () => {
  expect(format('  **a**\n\n\n  b *c*')).toBe('  <b>a</b>\n\n\n  b <i>c</i>');
});

test('shows what is nested too deeply as typed, and loses no letter', () => {
  const quotes = `${'> '.repeat(4_000)}deep`;
  expect(format(quotes).replace(/<\/?quote>|> /g, '')).toBe('deep');
  const lists = Array.from({ length: 80 }, (_, depth) => `${'  '.repeat(depth)}- item${depth};`).join('\n');
  expect(format(lists).match(/item\d+;/g)).toHaveLength(80);
});

describe('hostile texts of 8,000 characters', () => {
  const units = [
    ...[
      '*',
      '_',
      '~',
      '`',
      '[',
      '![',
      '](',
      '<',
      '>',
      '> ',
      '- ',
      '* ',
      '1. ',
      '*a ',
      'a* ',
      '**a *b ',
      '*a**b',
      '_a_',
    ],
    ...[
      '~~a ',
      '`a ``b ',
      '> a\n',
      '```\n',
      '```a b\n',
      '- a\n  ',
      '\n',
      ' ',
      '\\*',
      '&#',
      'https://a',
      '@',
      '<!--',
      '*é',
    ],
  ];

  test.each(units)('%j is parsed in time in proportion to its length, and loses no letter', (unit) => {
    const time = (length: number) => {
      const text = unit.repeat(length / unit.length);
      const before = process.threadCpuUsage();
      parseMarkdown(text);
      previewText(text);
      mayBeFormatted(text);
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    time(2_000);
    // 4 times the length may take 4 times as long, and not 16 times. The constant is for tiny times.
    expect(time(8_000)).toBeLessThan(10 * time(2_000) + 60_000);
    const letters = (text: string) => text.replace(/[^a-zé]/g, '').length;
    const text = unit.repeat(8_000 / unit.length);
    expect(letters(format(text).replace(/<\/?(?:b|i|s|code|pre|quote|list|li)\b/g, ''))).toBe(letters(text));
  });
});

test.each([
  'Hello',
  'a - b',
  'e-mail',
  'https://example.com/a_b_c',
  '5 * 3',
  ':)',
  '*',
  '-',
  '1.',
  'it’s',
  '2*3',
  'a > b',
  '#1',
])('%j needs no parser', (text) => {
  expect(mayBeFormatted(text)).toBe(false);
  expect(previewText(text)).toBe(text);
});

test.each([
  ['**bold** and *italic* and ~~gone~~', 'bold and italic and gone'],
  ['**a *b* c**', 'a b c'],
  ['_italic_ `code` snake_case_word', 'italic code snake_case_word'],
  ['> quoted\nanswer', 'quoted\nanswer'],
  ['```js\nlet a;\n```', 'let a;'],
  ['¯\\_(ツ)_/¯ 2*3*4 *.ts', '¯\\_(ツ)_/¯ 2*3*4 *.ts'],
  ['__init__', '__init__'],
])('the preview of %j is %j', (text, preview) => {
  expect(previewText(text)).toBe(preview);
});

test.each(['👍', '❤️', '❤', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '1️⃣', '👍🏽 👍🏿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🎉🎉🎉', ' 😀\n'])(
  '%s is shown large',
  (text) => {
    expect(isOnlyEmoji(text)).toBe(true);
  },
);

test.each(['', '1', '#', '123', 'a👍', '👍!', '🎉'.repeat(7), ':)', '-'])('%j is not shown large', (text) => {
  expect(isOnlyEmoji(text)).toBe(false);
});
