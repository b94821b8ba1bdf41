import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machineFacts } from './machine.ts';
import type { Part } from './part.ts';
import { parts } from './parts.ts';
import { document, missed, type Result } from './results.ts';
import { tableOf } from './row.ts';

/** Where the results of a whole run stand. */
const RESULTS = new URL('./results.md', import.meta.url);

/** The parts with these names, or all. @throws Error for a name that no part has */
export function chosen(names: readonly string[], from: readonly Part[] = parts): readonly Part[] {
  const unknown = names.find((name) => !from.some((part) => part.name === name));
  if (unknown !== undefined) {
    const known = from.map(({ name }) => name).join(', ');
    throw new Error(`Nothing was measured: there is no part "${unknown}"; there are ${known}`);
  }
  return names.length === 0 ? from : from.filter(({ name }) => names.includes(name));
}

async function measured(part: Part): Promise<Result> {
  const from = performance.now();
  const findings = await part.measure();
  console.log(`\n${part.title} (${((performance.now() - from) / 1000).toFixed(0)} s)`);
  if (findings.rows && findings.rows.length > 0) console.log(tableOf(findings.rows));
  for (const { title, columns, rows } of findings.tables ?? []) {
    console.log(`${title}\n${[columns, ...rows].map((cells) => cells.join('\t')).join('\n')}`);
  }
  return { part, findings };
}

async function main(names: readonly string[]): Promise<void> {
  const selected = chosen(names);
  const facts = machineFacts(new Date());
  const results: Result[] = [];
  for (const part of selected) results.push(await measured(part));
  // Context of several runs side by side would be compared with each other.
  if (names.length === 0) {
    writeFileSync(RESULTS, document(facts, results));
    console.log(`\nWritten: ${fileURLToPath(RESULTS)}`);
  }
  const misses = missed(results);
  for (const { name } of misses) console.error(`Missed: ${name}`);
  if (misses.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
