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
  expect(missing.filter((path) => path !== 'functions/commands/approve-message.ts')).toEqual([]);
});

test.each(documents)('every name that %s places in a source file is there', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const placed = [...text.matchAll(/`(\w+)` in `((?:functions|lib|client|local|web|bin)\/[\w./-]+\.tsx?)`/g)];
  const missing = placed.filter(
    ([, name = '', path = '']) => !readFileSync(join(root, path), 'utf8').includes(name),
  );
  expect(missing.map(([match]) => match)).toEqual([]);
});

/** The documents of `docs`, without the decisions. */
const pages = documents.filter((path) => /^docs\/[\w-]+\.md$/.test(path));

test.each(documents)('no paragraph of %s says a sentence twice', (document) => {
  const repeated = readFileSync(join(root, document), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const sentences = line.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.length > 20);
      // A longer sentence may begin with the repeated one.
      return sentences.filter((sentence, index) =>
        sentences.some((other, at) => at !== index && other.startsWith(sentence.slice(0, -1))),
      );
    });
  expect(repeated).toEqual([]);
});

test('the documentation site lists every document', () => {
  const { projectDocuments } = JSON.parse(readFileSync(join(root, 'site/typedoc.json'), 'utf8'));
  expect(projectDocuments.toSorted()).toEqual(pages.map((path) => `../${path}`).toSorted());
});

test('llms.txt lists every document by its title, and only files that exist', () => {
  const text = readFileSync(join(root, 'llms.txt'), 'utf8');
  const listed = Array.from(text.matchAll(/^- \[(.+?)\]\((.+?)\): /gm), ([, title, path = '']) => ({
    title,
    path,
  }));
  expect(listed.filter(({ path }) => isBroken('llms.txt', path))).toEqual([]);
  const titles = pages.map((path) => {
    const [, title = ''] = /^# (.+)/.exec(readFileSync(join(root, path), 'utf8')) ?? [];
    return { title: title.replaceAll('`', ''), path };
  });
  expect(listed).toEqual(expect.arrayContaining(titles));
});
