import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { heard } from '../../../bench/processes.ts';
import { fastest, sustained } from '../../../bench/end-to-end.ts';
import { messageIn, type Stretch } from '../../../bench/load.ts';
import { sharesOf } from '../../../bench/profile.ts';
import { document, missed, type Result } from '../../../bench/results.ts';
import { holds, type Row, shown, tableOf } from '../../../bench/row.ts';
import { chosen } from '../../../bench/run.ts';

const ratio = { to: 'a reference', value: 0.02, least: 0.012 };
const kept: Row = { name: 'rate', value: 120.44, unit: 'messages/s', ratio };
const slow: Row = { name: 'p99', value: 251, unit: 'ms', most: 250 };

test('a row keeps to its bounds on either side, and one that was not measured to none', () => {
  expect(holds(kept)).toBe(true);
  expect(holds({ ...kept, ratio: { ...ratio, value: 0.011 } })).toBe(false);
  expect(holds({ ...kept, ratio: { ...ratio, value: Number.NaN } })).toBe(false);
  expect(holds(slow)).toBe(false);
  expect(holds({ ...slow, value: 250 })).toBe(true);
  expect(holds({ name: 'n', value: Number.NaN, unit: 'ms' })).toBe(true);
});

test('values are rounded as far as they are known', () => {
  expect(shown({ value: 39_244.3, unit: 'deliveries/s' })).toBe('39,244 deliveries/s');
  expect(shown({ value: 7, unit: 'read units' })).toBe('7 read units');
  expect(shown({ value: 16.25, unit: 'ms' })).toBe('16.3 ms');
});

test('a table shows what a row is compared with, and what was decided', () => {
  expect(tableOf([kept])).toBe('rate  120 messages/s  0.0200 × a reference (at least 0.0120 ×)');
});

const result = (...rows: Row[]): Result => ({
  part: { name: 'some', title: 'Some part', about: 'Measured so.' },
  findings: {
    rows,
    tables: [{ title: 'Counts', columns: ['', 'n'], rows: [['x', 1_000]] }],
    notes: ['Know this.'],
  },
});

test('the results name what was missed, the machine, each part and how to measure it alone', () => {
  const text = document(['a machine'], [result(kept, slow)]);
  expect(text).toContain('- a machine');
  expect(text).toContain('Missed: p99.');
  expect(text).toContain('| p99 | 251 ms |  | at most 250 ms | **missed** |');
  expect(text).toContain('| rate | 120 messages/s | 0.0200 × a reference | at least 0.0120 × | kept |');
  expect(text).toContain('| x | 1,000 |');
  expect(text).toContain('`npm run bench -- some`');
  expect(missed([result(kept)])).toEqual([]);
  expect(document([], [result(kept)])).toContain('Every target is kept.');
});

test('a part that there is not is named, and those that there are', () => {
  expect(chosen(['counts']).map(({ name }) => name)).toEqual(['counts']);
  expect(() => chosen(['nothing'])).toThrow(/no part "nothing"; there are counts, /);
});

const stretch = (messagesPerSecond: number, p99: number, lost = 0): Stretch => ({
  ...{ inFlight: 1, messagesPerSecond, deliveriesPerSecond: 0, p50: 0, p99, sent: 1, lost, repeated: 0 },
});

test('a rate counts that nothing was lost at and nobody waited long for; else the shortest wait', () => {
  const best = stretch(20, 200);
  expect(sustained([stretch(10, 90), best, stretch(30, 400), stretch(40, 90, 1)])).toBe(best);
  expect(sustained([stretch(30, 400), stretch(10, 300)])?.p99).toBe(300);
  expect(fastest([stretch(10, 90), stretch(30, 400)])?.messagesPerSecond).toBe(30);
});

test('a delivery is known by the number in its text; a receipt with the same text is none', () => {
  const frame = (type: string) =>
    Buffer.from(JSON.stringify({ type, message: { text: '@@00000042 Hello' } }));
  expect(messageIn(frame('chat_message'))).toBe(42);
  expect(messageIn(frame('mark_message_as_read'))).toBeUndefined();
  expect(messageIn(Buffer.from('[]'))).toBeUndefined();
});

test('a sample counts for the part that its function is of, or else who called it; waiting counts for none', () => {
  const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
    ...{ id, children, callFrame: { functionName, url, scriptId: '', lineNumber: 0, columnNumber: 0 } },
  });
  const nodes = [
    node(1, '(root)', '', [2, 4, 5]),
    node(2, 'send', 'file:///x/local/gateway/message.ts', [3]),
    node(3, 'writev', 'node:net'),
    node(4, '(idle)', ''),
    node(5, 'get', 'file:///x/node_modules/dynalite/db/index.js'),
  ];
  const shares = sharesOf({ nodes, samples: [2, 3, 4, 4, 5, 3], startTime: 0, endTime: 1 });
  expect(shares).toEqual({ gateway: 0.75, DynamoDB: 0.25 });
});

test('a process that ends before it answers ends the measurement', async () => {
  const child = new EventEmitter();
  const answer = heard(child);
  child.emit('message', 41);
  expect(await answer).toBe(41);
  const none = heard(child);
  child.emit('exit', 1);
  await expect(none).rejects.toThrow('Not measured: a process ended before it answered');
  expect(child.eventNames()).toEqual([]);
});
