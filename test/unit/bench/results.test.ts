import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { aimTable } from '../../../bench/aims.ts';
import { fastestRun, sustainedRun } from '../../../bench/end-to-end.ts';
import { type LoadStats, messageNumber } from '../../../bench/load.ts';
import { nextMessage } from '../../../bench/processes.ts';
import { componentFractions } from '../../../bench/profile.ts';
import {
  consoleTable,
  formatValue,
  meetsTargets,
  missedRows,
  type Result,
  type Row,
  resultsDocument,
} from '../../../bench/results.ts';
import { selectBenchmarks } from '../../../bench/run.ts';

const ratio = { to: 'a reference', value: 0.02, least: 0.012 };
const met: Row = { name: 'rate', value: 120.44, unit: 'messages/s', ratio };
const missed: Row = { name: 'p99', value: 251, unit: 'ms', most: 250 };

test('a row meets its targets within their bounds, and an unmeasured value misses them', () => {
  expect(meetsTargets(met)).toBe(true);
  expect(meetsTargets({ ...met, ratio: { ...ratio, value: 0.011 } })).toBe(false);
  expect(meetsTargets({ ...met, ratio: { ...ratio, value: Number.NaN } })).toBe(false);
  expect(meetsTargets(missed)).toBe(false);
  expect(meetsTargets({ ...missed, value: 250 })).toBe(true);
  expect(meetsTargets({ name: 'n', value: Number.NaN, unit: 'ms' })).toBe(true);
});

test('values are rounded, and the unit of the value 1 is singular', () => {
  expect(formatValue({ value: 39_244.3, unit: 'deliveries/s' })).toBe('39,244 deliveries/s');
  expect(formatValue({ value: 7, unit: 'read units' })).toBe('7 read units');
  expect(formatValue({ value: 16.25, unit: 'ms' })).toBe('16.3 ms');
  expect(formatValue({ value: 1, unit: 'invocations' })).toBe('1 invocation');
});

test('the console table shows the reference and the target of a row', () => {
  expect(consoleTable([met])).toBe('rate  120 messages/s  0.0200 × a reference (at least 0.0120 ×)');
});

const result = (...rows: Row[]): Result => ({
  benchmark: { name: 'some', title: 'Some benchmark', about: 'Measures something.' },
  findings: {
    rows,
    tables: [{ title: 'Counts', columns: ['', 'n'], rows: [['x', 1_000]] }],
    notes: ['A note.'],
  },
});

test('the results list the machine, missed targets, and each benchmark with the command that runs it', () => {
  const text = resultsDocument(['a machine'], [result(met, missed)]);
  expect(text).toContain('- a machine');
  expect(text).toContain('Missed targets: p99.');
  expect(text).toContain('| p99 | 251 ms |  | at most 250 ms | **missed** |');
  expect(text).toContain('| rate | 120 messages/s | 0.0200 × a reference | at least 0.0120 × | met |');
  expect(text).toContain('| x | 1,000 |');
  expect(text).toContain('`npm run bench -- some`');
  expect(missedRows([result(met)])).toEqual([]);
  expect(resultsDocument([], [result(met)])).toContain('All targets are met.');
});

test('an unknown name is refused with the list of benchmarks', () => {
  expect(selectBenchmarks(['counts']).map(({ name }) => name)).toEqual(['counts']);
  expect(() => selectBenchmarks(['nothing'])).toThrow(
    /"nothing" is not the name of a benchmark\. Choose from counts, /,
  );
});

const run = (messagesPerSecond: number, p99: number, lost = 0): LoadStats => ({
  ...{ inFlight: 1, messagesPerSecond, deliveriesPerSecond: 0, p50: 0, p99, sent: 1, lost, repeated: 0 },
});

test('the sustained rate is the highest without loss or slow deliveries, or else that of the least slow run', () => {
  const best = run(20, 200);
  expect(sustainedRun([run(10, 90), best, run(30, 400), run(40, 90, 1)])).toBe(best);
  expect(sustainedRun([run(30, 400), run(10, 300)])?.p99).toBe(300);
  expect(fastestRun([run(10, 90), run(30, 400)])?.messagesPerSecond).toBe(30);
});

test('a delivery is recognized by the number in its text, and a receipt is not a delivery', () => {
  const frame = (type: string) =>
    Buffer.from(JSON.stringify({ type, message: { text: '@@00000042 Hello' } }));
  expect(messageNumber(frame('chat_message'))).toBe(42);
  expect(messageNumber(frame('mark_message_as_read'))).toBeUndefined();
  expect(messageNumber(Buffer.from('[]'))).toBeUndefined();
});

test('a profile sample counts for the component of its function or of the caller, and idle samples do not count', () => {
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
  const fractions = componentFractions({ nodes, samples: [2, 3, 4, 4, 5, 3], startTime: 0, endTime: 1 });
  expect(fractions).toEqual({ 'API Gateway': 0.75, DynamoDB: 0.25 });
});

test('waiting for a process that ends before it answers throws', async () => {
  const child = new EventEmitter();
  const answer = nextMessage(child);
  child.emit('message', 41);
  expect(await answer).toBe(41);
  const second = nextMessage(child);
  child.emit('exit', 1);
  await expect(second).rejects.toThrow('Benchmark not measured: a child process ended before it answered');
  expect(child.eventNames()).toEqual([]);
});

test('shows the aims of the local stack with the values of both versions', () => {
  const before = { smallRooms: 154.2, largeRoom: 10_200, lastDelivery: 152, memory: 1_100 };
  const now = { smallRooms: 310.4, largeRoom: 14_999, lastDelivery: 110, memory: 600 };
  const verdicts = (table: ReturnType<typeof aimTable>) => table.rows.map((row) => row.at(-1));
  expect(verdicts(aimTable(now, before))).toEqual(['met', 'missed', 'met', 'met']);
  expect(verdicts(aimTable(before))).toEqual(['missed', 'missed', 'missed', 'missed']);
  expect(aimTable(now, before).columns).toEqual(['', 'before', 'now', 'aim', '']);
  expect(aimTable(now, before).rows[0]).toEqual([
    '10 rooms of 10, with receipts, in messages/s',
    154,
    310,
    'at least 300',
    'met',
  ]);
  expect(verdicts(aimTable({ ...now, memory: Number.NaN }))[3]).toBe('missed');
});
