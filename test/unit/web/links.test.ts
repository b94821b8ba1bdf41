import { expect, test } from 'vitest';
import { isOnPage, splitLinks } from '../../../web/format/links.ts';

const linksOf = (text: string) =>
  splitLinks(text).flatMap((part) => (typeof part === 'string' ? [] : [part.href]));
const textOf = (text: string) =>
  splitLinks(text).map((part) => (typeof part === 'string' ? part : part.text));

test.each([
  ['https://en.wikipedia.org/wiki/Mercury_(planet)', 'https://en.wikipedia.org/wiki/Mercury_(planet)'],
  ['(https://en.wikipedia.org/wiki/Mercury_(planet))', 'https://en.wikipedia.org/wiki/Mercury_(planet)'],
  ['(see https://example.com/a)', 'https://example.com/a'],
  ['see https://example.com/a).', 'https://example.com/a'],
  ['[https://example.com/a]', 'https://example.com/a'],
  ["https://example.com/it's-here", "https://example.com/it's-here"],
  ["'https://example.com/a'", 'https://example.com/a'],
  ["https://example.com's page", 'https://example.com'],
  ['https://example.com/?b=[1]', 'https://example.com/?b=[1]'],
  ['https://example.com/?b={1}&c=(2)', 'https://example.com/?b={1}&c=(2)'],
  ['https://example.com/見る。', 'https://example.com/見る'],
  ['見てhttps://example.com/見る。次', 'https://example.com/見る'],
  ['「https://example.com/」', 'https://example.com/'],
  ['https://example.com/すごい！', 'https://example.com/すごい'],
  ['www.example.com.', 'https://www.example.com'],
  ['WWW.Example.com/a?', 'https://WWW.Example.com/a'],
  ['HTTPS://EXAMPLE.COM', 'HTTPS://EXAMPLE.COM'],
  ['http://localhost:3000/a', 'http://localhost:3000/a'],
  ['http://[::1]:8080/a', 'http://[::1]:8080/a'],
  ['https://user:word@example.com/', 'https://user:word@example.com/'],
  ['https://münchen.example/straße', 'https://münchen.example/straße'],
  ['https://example.com/a_b_c#d-e', 'https://example.com/a_b_c#d-e'],
  ['https://example.com/a,b;c', 'https://example.com/a,b;c'],
  ['https://example.com/...', 'https://example.com/'],
  ['https://example.com!?', 'https://example.com'],
  ['https://example.com?q=1', 'https://example.com?q=1'],
  ['https://example.com:', 'https://example.com'],
  ['**https://example.com/a**', 'https://example.com/a'],
  ['"https://example.com/a"', 'https://example.com/a'],
  ['“https://example.com/a”', 'https://example.com/a'],
  ['<https://example.com/a>', 'https://example.com/a'],
  ['[text](https://example.com/a)', 'https://example.com/a'],
  [
    'https://web.archive.org/web/1/https://example.com/',
    'https://web.archive.org/web/1/https://example.com/',
  ],
  ['https://example.com/\u202egpj.exe', 'https://example.com/'],
  ['write to a@example.com!', 'mailto:a@example.com'],
  ['first.last+tag@mail.example.co.uk.', 'mailto:first.last+tag@mail.example.co.uk'],
  ['mailto:a@example.com', 'mailto:a@example.com'],
  ['<a@example.com>', 'mailto:a@example.com'],
])('%s links to %s', (text, href) => {
  expect(linksOf(text)).toEqual([href]);
  expect(textOf(text).join('')).toBe(text);
});

test.each([
  'javascript:alert(1)',
  'javascript://example.com/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://example.com',
  'https://',
  'https:// example.com',
  'https://?',
  'https://:80',
  'xhttps://example.com',
  'www.',
  'www.example',
  'www...',
  'awww.example.com',
  'e.g. this',
  'example.com',
  '@alice',
  'a@b',
  'a@',
  '@example.com',
  'a @ example.com',
  '@@@',
])('%s has no link', (text) => {
  expect(splitLinks(text)).toEqual([text]);
});

test('finds several links, and keeps all text around them', () => {
  const text = 'See www.example.com, https://example.com/a and b@example.com\n(or c@example.org).';
  expect(linksOf(text)).toEqual([
    'https://www.example.com',
    'https://example.com/a',
    'mailto:b@example.com',
    'mailto:c@example.org',
  ]);
  expect(textOf(text).join('')).toBe(text);
});

test('takes time in proportion to the length of hostile texts', () => {
  const units = [
    'https://a',
    'https://a)',
    'www.',
    'a@',
    'a',
    '@',
    'a.',
    ')',
    'a@a.',
    'https://a@',
    'https://a/(',
  ];
  for (const unit of units) {
    // The least CPU time of several rounds, because the compiler and the garbage collector add to some of them.
    const time = (length: number) => {
      const text = `https://example.com/${unit.repeat(length / unit.length)}`;
      const rounds = Array.from({ length: 6 }, () => {
        const before = process.threadCpuUsage();
        splitLinks(text);
        const { user, system } = process.threadCpuUsage(before);
        return user + system;
      });
      return Math.min(...rounds);
    };
    // A quadratic search takes 64 times as long for a text that is 8 times as long. The constant is for tiny times.
    expect(time(64_000), unit).toBeLessThan(24 * time(8_000) + 20_000);
  }
});

test('finds links to rooms and messages of the page itself', () => {
  const page = 'https://chat.example/app/#/lunch/7';
  const isOwn = (href: string) => isOnPage(href, page);
  expect(
    ['https://chat.example/app/#/lunch', 'HTTPS://Chat.example/app/#/1/4', page].filter(isOwn),
  ).toHaveLength(3);
  const others = [
    'https://chat.example/app/',
    'https://chat.example/app/#top',
    'https://chat.example/#/lunch',
    'http://chat.example/app/#/lunch',
    'https://other.example/app/#/lunch',
    'mailto:a@chat.example',
  ];
  expect(others.filter(isOwn)).toEqual([]);
});
