import type { Findings, Part, Table } from './part.ts';
import { comparison, holds, type Row, shown, target } from './row.ts';

/** A part and what it came to. */
export interface Result {
  readonly part: Pick<Part, 'name' | 'title' | 'about'>;
  readonly findings: Findings;
}

/** The rows that miss what was decided. */
export const missed = (results: readonly Result[]): readonly Row[] =>
  results.flatMap(({ findings }) => (findings.rows ?? []).filter((row) => !holds(row)));

function grid(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
  return [
    line(columns),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}

function rowGrid(rows: readonly Row[]): string {
  const verdict = (row: Row) => (target(row) === '' ? '' : holds(row) ? 'kept' : '**missed**');
  return grid(
    ['', 'value', 'against', 'target', ''],
    rows.map((row) => [row.name, shown(row), comparison(row), target(row), verdict(row)]),
  );
}

const tableText = ({ title, columns, rows }: Table): string => `### ${title}\n\n${grid(columns, rows)}`;

function section({ part, findings }: Result): string {
  const { rows = [], tables = [], notes = [] } = findings;
  return [
    `## ${part.title}`,
    part.about,
    ...(rows.length > 0 ? [rowGrid(rows)] : []),
    ...tables.map(tableText),
    ...notes,
    `Alone: \`npm run bench -- ${part.name}\``,
  ].join('\n\n');
}

/** The whole of `bench/results.md`. @param facts of the machine and the versions, one a line */
export function document(facts: readonly string[], results: readonly Result[]): string {
  const misses = missed(results);
  const verdict =
    misses.length === 0 ? 'Every target is kept.' : `Missed: ${misses.map(({ name }) => name).join('; ')}.`;
  const intro = [
    '# What Parley costs, and how fast it is',
    'Written by `npm run bench`, which fails where a target is missed. Times differ from machine to machine, and from hour to hour, so each is put against a reference that was measured in the same run; counts are exact, and pinned by tests.',
    facts.map((fact) => `- ${fact}`).join('\n'),
    verdict,
  ];
  return `${[...intro, ...results.map(section)].join('\n\n')}\n`;
}
