import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

/** Returns the anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function anchors(path: string): ReadonlySet<string> {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm);
  return new Set([...headings].map(([, heading = '']) => anchorOf(heading)));
}

function isBroken(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, document) : join(root, dirname(document), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchors(target).has(anchor);
}

test.each(documents)('every link in %s leads to a file and a heading', (document) => {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
    ([, link, src]) => link ?? src ?? '',
  );
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => isBroken(document, link))).toEqual([]);
});

test.each(documents)('every source file that %s names exists', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const named = text.matchAll(
    /`((?:bench|bin|client|docs|functions|lib|local|test|web)\/[\w./-]+\.(?:tsx?|js|md|yaml))`/g,
  );
  const missing = [...named].map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)));
  // The worked example in this document adds a file that does not exist yet.
  expect(missing.filter((path) => path !== 'functions/commands/pin-message.ts')).toEqual([]);
});
