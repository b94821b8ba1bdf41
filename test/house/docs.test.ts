import { execFileSync } from 'node:child_process';
import { appendFileSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticSeverity, Parser } from '@asyncapi/parser';
import { build } from 'esbuild';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asyncapiText } from '../../bin/docs/asyncapi.ts';
import { contracts, encoded, isIn, isOut, shownIn, shownOut } from '../../bin/docs/contracts.ts';
import { outdatedIn } from '../../bin/docs.ts';
import { contentFrame } from '../../functions/dialects/content/out-schema.ts';
import type { View } from '../../functions/dialects/dialect.ts';
import type { Command } from '../../functions/domain/command.ts';
import { dialectNames } from '../../functions/domain/connection.ts';
import type { Event } from '../../functions/domain/event.ts';
import { alice, deletionOf, editOf, messageOf, reactionOf } from '../support/sample.ts';

const room = '1';
const view: View = { viewer: '1', elsewhere: false, changes: 'all' };
const at = '2025-02-16T12:34:56.789Z';
const message = messageOf();

/** Events of each kind, and of each kind of change. A new kind does not compile until it has an entry here. */
const events: { readonly [K in Event['kind']]: readonly Extract<Event, { kind: K }>[] } = {
  MessageSent: [{ kind: 'MessageSent', room, message, seq: 1 }],
  MessageChanged: [
    { kind: 'MessageChanged', room, message, change: editOf({ by: '2' }), clientId: 'a-1' },
    { kind: 'MessageChanged', room, message, change: deletionOf() },
    { kind: 'MessageChanged', room, message, change: reactionOf({ by: '2' }) },
  ],
  Hidden: [{ kind: 'Hidden', room, seq: 3 }],
  RoomChanged: [
    {
      kind: 'RoomChanged',
      room,
      change: { kind: 'room', seq: 2, by: '1', at, changes: { name: 'Team', avatarUrl: null, slowMode: 5 } },
    },
    ...(['added', 'changed', 'removed'] as const).map((change) => ({
      kind: 'RoomChanged' as const,
      room,
      change: {
        ...({ kind: 'member', seq: 2, by: '1', at, user: '2', change } as const),
        ...(change !== 'removed' && { role: 'moderator' as const }),
        ...(change === 'changed' && { mutedUntil: 1_739_709_296_789 }),
      },
    })),
    ...[true, false].map((removed) => ({
      kind: 'RoomChanged' as const,
      room,
      change: { kind: 'pin', seq: 2, by: '1', at, message: 1, removed } as const,
    })),
  ],
  RoomDeleted: [{ kind: 'RoomDeleted', room }],
  MessageDelivered: [{ kind: 'MessageDelivered', room, message }],
  MessageRead: [{ kind: 'MessageRead', room, message }],
  Acknowledged: [{ kind: 'Acknowledged', room, messageId: 1, status: 'delivered' }],
  Seen: [{ kind: 'Seen', room, messageId: 1, user: '2' }],
  TypingChanged: [{ kind: 'TypingChanged', room, user: '2', typing: false }],
  PresenceChanged: [
    {
      kind: 'PresenceChanged',
      room,
      presence: { user: '2', online: true, lastSeen: '2025-02-16T12:34:56.789Z' },
    },
  ],
  Connected: [{ kind: 'Connected', room, user: alice, messages: [message] }],
  HistoryLoaded: [{ kind: 'HistoryLoaded', room, messages: [message], hasMore: false }],
  Synced: [
    {
      kind: 'Synced',
      room,
      since: 0,
      changes: [
        { kind: 'MessageSent', room, message, seq: 1 },
        { kind: 'MessageChanged', room, message, change: reactionOf({ by: '2', removed: true }) },
        {
          kind: 'RoomChanged',
          room,
          change: { kind: 'room', seq: 3, by: '1', at, changes: { archived: true } },
        },
      ],
      seq: 2,
      hasMore: false,
      complete: true,
      receipts: [{ message: 1, status: 'read' }],
      seen: [{ user: '2', message: 1 }],
    },
  ],
  Authenticated: [{ kind: 'Authenticated', room, expiresAt: 1_739_709_296_789 }],
  Joined: [{ kind: 'Joined', room, seq: 2 }],
  Left: [{ kind: 'Left', room }],
  InboxOpened: [{ kind: 'InboxOpened', room, rooms: 2, blocks: 3 }],
  PreferencesChanged: [
    {
      kind: 'PreferencesChanged',
      room,
      user: '1',
      preferences: { notify: 'none', pinned: false, hidden: true },
    },
  ],
  BlockChanged: [{ kind: 'BlockChanged', room, user: '2', blocked: true, revision: 3 }],
  Ponged: [{ kind: 'Ponged', room, seq: 2 }],
  Refused: [{ kind: 'Refused', room, code: 'INTERNAL', reason: 'why', clientId: 'a-1', retryAfterMs: 5 }],
  HandshakeRefused: [{ kind: 'HandshakeRefused', room: '', code: 'UNAUTHENTICATED' }],
};

/** `action` must document a frame for each command. */
const commands: Readonly<Record<Command['kind'], true>> = {
  SendMessage: true,
  EditMessage: true,
  DeleteMessage: true,
  React: true,
  MarkSeen: true,
  SetTyping: true,
  LoadHistory: true,
  Sync: true,
  Ping: true,
  Authenticate: true,
  JoinRoom: true,
  LeaveRoom: true,
};

describe.each(Object.values(contracts))('the documentation of $dialect.name', (contract) => {
  const { dialect, examples } = contract;

  test.each(examples.in)('describes one incoming frame for the example $clause', (example) => {
    expect(contract.in.filter((frame) => isIn(frame, example))).toHaveLength(1);
  });

  test.each(examples.out)('describes every field of the outgoing example $clause', (example) => {
    expect(contract.out.filter((frame) => isOut(contract, frame, example))).toHaveLength(1);
  });

  test('describes fields that appear in no example', () => {
    for (const event of Object.values(events).flat()) {
      // A refused connection is in no room, so the event is never about another room.
      const body = dialect.encode(event, {
        ...view,
        viewer: '2',
        elsewhere: event.kind !== 'HandshakeRefused',
      });
      const documented = contract.out.filter((frame) => frame.event === event.kind);
      const frame: unknown = JSON.parse(body ?? 'null');
      expect(documented.some(({ schema }) => v.is(schema, frame))).toBe(body !== undefined);
    }
  });

  test('describes exactly the events that the dialect encodes', () => {
    const documented = new Set(contract.out.map(({ event }) => event));
    const encodable = Object.values(events)
      .flat()
      .filter((event) => dialect.encode(event, view));
    expect(documented).toEqual(new Set(encodable.map(({ kind }) => kind)));
  });

  test('shows an example of each frame', () => {
    const withoutExample = [
      ...contract.in.filter((frame) => shownIn(contract, frame).length === 0),
      ...contract.out.filter((frame) => shownOut(contract, frame).length === 0),
    ];
    expect(withoutExample.map(({ name }) => name)).toEqual([]);
  });

  test('has schemas that reject undocumented fields', () => {
    const objects = examples.out.filter((example) => !Array.isArray(encoded(contract, example)));
    for (const example of objects) {
      const frame = { ...(encoded(contract, example) as object), added: true };
      expect(contract.out.filter(({ schema }) => v.is(schema, frame))).toEqual([]);
    }
  });
});

test('action has a frame for every command', () => {
  const documented = contracts.action.in.map(({ command }) => command);
  expect(documented.toSorted()).toEqual(Object.keys(commands).toSorted());
});

test('the schema of contract S2 accepts the same frames as the decoder', () => {
  const { dialect } = contracts.content;
  const decodes = (frame: object): boolean => {
    try {
      dialect.decode(JSON.stringify(frame), alice);
      return true;
    } catch {
      return false;
    }
  };
  for (const frame of [
    { content: 'hi' },
    { content: 'hi', more: 1 },
    {},
    { content: 7 },
    { content: null },
  ]) {
    expect(v.is(contentFrame, frame)).toBe(decodes(frame));
  }
});

test('no bundle contains examples, documentation or outgoing schemas', async () => {
  const functions = join(import.meta.dirname, '../../functions');
  const { metafile } = await build({
    entryPoints: globSync(join(functions, '*.ts')),
    outdir: 'nowhere',
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    metafile: true,
    write: false,
  });
  const bundled = Object.keys(metafile.inputs);
  expect(bundled.filter((path) => path.endsWith('dialects/action/schema.ts'))).toHaveLength(1);
  expect(bundled.filter((path) => /(examples|out-schema|documentation)\.ts$/.test(path))).toEqual([]);
});

describe('AsyncAPI’s own parser', () => {
  const diagnosticsOf = async (text: string) => {
    const { diagnostics, document } = await new Parser().parse(text);
    const faults = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning);
    return { faults: faults.map(({ path, message }) => `${path.join('.')}: ${message}`), document };
  };

  test('finds no errors or warnings in the document', async () => {
    const { faults, document } = await diagnosticsOf(asyncapiText());
    expect(faults).toEqual([]);
    const channels = document?.channels().all() ?? [];
    expect(channels.map((channel) => channel.id())).toEqual([...dialectNames]);
    expect(channels.map((channel) => channel.operations().length)).toEqual([2, 2, 2, 2]);
  });

  test.each([
    ['a missing message', '#/components/messages/type-out-error', '#/components/messages/none'],
    ['an invalid schema', '"format": "date-time"', '"type": "datetime"'],
  ])('finds %s', async (_fault, there, instead) => {
    const text = asyncapiText();
    expect(text).toContain(there);
    expect((await diagnosticsOf(text.replace(there, instead))).faults).not.toEqual([]);
  });
});

describe('npm run docs', () => {
  const script = join(import.meta.dirname, '../../bin/docs.ts');

  test('has been run since the dialects or the admin API last changed', async () => {
    expect(await outdatedIn(join(import.meta.dirname, '../../docs'))).toEqual([]);
  });

  test('with --check fails and names outdated and missing documents', () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-docs-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const run = (...flags: string[]) =>
      execFileSync(process.execPath, [script, '--directory', directory, ...flags], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    run();
    expect(run('--check')).toBe('');
    appendFileSync(join(directory, 'protocol.md'), 'by hand\n');
    rmSync(join(directory, 'asyncapi.yaml'));
    expect(() => run('--check')).toThrow(
      expect.objectContaining({
        status: 1,
        stderr: expect.stringMatching(/^docs\/protocol\.md is outdated.*\ndocs\/asyncapi\.yaml is outdated/),
      }),
    );
  });
});
