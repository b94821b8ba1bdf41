import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders = ['bench', 'bin', 'client', 'functions', 'lib', 'local', 'web'];
const sources = execFileSync('git', ['ls-files', '--', ...folders], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('client/react/'));

/** Matches words of the reaction feature. */
const feature = /reaction|reacted|\b[Rr]eact\b|\breact[A-Z]/;

/** Matches lines about the React library, whose name is the same word. */
const library =
  /preact|react\.[jt]s|react\/|\[?'react'\]?|react: '|React (?:hooks|forbids)|without React|import React/;

const isAbout = (path: string): boolean =>
  readFileSync(join(root, path), 'utf8')
    .split('\n')
    .some((line) => feature.test(line) && !library.test(line));

// docs/architecture.md lists the corresponding files for an approval. A change to messages should touch no others.
const expected = [
  'bin/docs/limits.ts',
  'client/room.ts',
  'client/wire.ts',
  'functions/commands/erase-user.ts',
  'functions/commands/handlers.ts',
  'functions/commands/react.ts',
  'functions/dialects/action/decode.ts',
  'functions/dialects/action/documentation.ts',
  'functions/dialects/action/encode.ts',
  'functions/dialects/action/out-schema.ts',
  'functions/dialects/action/own-examples.ts',
  'functions/dialects/action/schema.ts',
  'functions/domain/command.ts',
  'functions/domain/message.ts',
  'functions/store/messages.ts',
  'functions/store/reaction-items.ts',
  'functions/store/reaction-readers.ts',
  'functions/store/reaction-updates.ts',
  'functions/store/reactions.ts',
  'web/texts/arabic.ts',
  'web/texts/english-later.ts',
  'web/texts/english.ts',
  'web/timeline/message-row.tsx',
  'web/timeline/reactions.tsx',
];

test('only the listed source files name a change of messages such as a reaction', () => {
  expect(sources.filter(isAbout)).toEqual(expected);
});
