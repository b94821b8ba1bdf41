/** One measured value. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit:
    | 'invocations'
    | '$'
    | 'µs'
    | 'ms'
    | 'bytes'
    | 'read units'
    | 'messages/s'
    | 'deliveries/s'
    | 'round trips'
    | 'deliveries';
  /** The target: the value must not be higher. */
  readonly most?: number;
  /** The quotient of the value and the value of a reference in the same run, with the quotient's targets. */
  readonly ratio?: {
    readonly to: string;
    readonly value: number;
    readonly most?: number;
    readonly least?: number;
  };
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Findings {
  readonly rows?: readonly Row[];
  readonly tables?: readonly Table[];
  /** Explanations, one paragraph each. */
  readonly notes?: readonly string[];
}

/** One measurement of `npm run bench`, which can also be run alone by its name. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** Says what is measured, and how. */
  readonly about: string;
  measure(): Promise<Findings>;
}

export interface Result {
  readonly benchmark: Pick<Benchmark, 'name' | 'title' | 'about'>;
  readonly findings: Findings;
}

/** A value that could not be measured (NaN) misses every target. */
const isWithin = (value: number, { most, least }: { most?: number; least?: number }): boolean =>
  (most === undefined || value <= most) && (least === undefined || value >= least);

/** Returns whether a row meets its targets. A row without targets always does. */
export const meetsTargets = (row: Row): boolean =>
  isWithin(row.value, row) && (row.ratio === undefined || isWithin(row.ratio.value, row.ratio));

/** Returns the rows that miss a target. */
export const missedRows = (results: readonly Result[]): readonly Row[] =>
  results.flatMap(({ findings }) => (findings.rows ?? []).filter((row) => !meetsTargets(row)));

const whole = new Set<Row['unit']>(['bytes', 'deliveries/s', 'messages/s']);

/** Formats a value with its unit. */
export function formatValue({ value, unit }: Pick<Row, 'value' | 'unit'>): string {
  if (unit === '$') return `$${value.toPrecision(3)}`;
  const rounded = whole.has(unit) && value >= 100 ? Math.round(value) : Number(value.toFixed(1));
  return `${rounded.toLocaleString('en')} ${rounded === 1 ? unit.replace(/s$/, '') : unit}`;
}

const formatFactor = (value: number): string => (value < 0.1 ? value.toFixed(4) : value.toFixed(2));

const formatRatio = ({ ratio }: Row): string =>
  ratio === undefined ? '' : `${formatFactor(ratio.value)} × ${ratio.to}`;

function formatTargets({ most, ratio, unit }: Row): string {
  return [
    ...(most === undefined ? [] : [`at most ${formatValue({ value: most, unit })}`]),
    ...(ratio?.most === undefined ? [] : [`at most ${formatFactor(ratio.most)} ×`]),
    ...(ratio?.least === undefined ? [] : [`at least ${formatFactor(ratio.least)} ×`]),
  ].join(', ');
}

/** Formats rows as an aligned table for the console. */
export function consoleTable(rows: readonly Row[]): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const valueWidth = Math.max(...rows.map((row) => formatValue(row).length));
  const lines = rows.map((row) => {
    const targets = formatTargets(row);
    const cells = [row.name.padEnd(nameWidth), formatValue(row).padStart(valueWidth), formatRatio(row)];
    return `${cells.join('  ')}${targets && ` (${targets})`}`.trimEnd();
  });
  return lines.join('\n');
}

function markdownTable({ columns, rows }: Omit<Table, 'title'>): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
  const alignment = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [columns, alignment, ...rows].map(line).join('\n');
}

function rowTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const targets = formatTargets(row);
    const verdict = targets && (meetsTargets(row) ? 'met' : '**missed**');
    return [row.name, formatValue(row), formatRatio(row), targets, verdict];
  });
  return markdownTable({ columns: ['', 'value', 'compared with', 'target', ''], rows: cells });
}

function section({ benchmark, findings }: Result): string {
  const { rows = [], tables = [], notes = [] } = findings;
  return [
    `## ${benchmark.title}`,
    benchmark.about,
    ...(rows.length > 0 ? [rowTable(rows)] : []),
    ...tables.map((table) => `### ${table.title}\n\n${markdownTable(table)}`),
    ...notes,
    `To run only this benchmark: \`npm run bench -- ${benchmark.name}\``,
  ].join('\n\n');
}

/** Returns the text of `bench/results.md`. @param environment lines about the machine and the versions */
export function resultsDocument(environment: readonly string[], results: readonly Result[]): string {
  const missed = missedRows(results).map(({ name }) => name);
  const intro = [
    '# Cost and speed of Parley',
    '`npm run bench` writes this file, and fails if a target is missed. Counts and costs are exact, and tests pin them. Times differ between machines and from hour to hour, so most are compared with a reference that is measured in the same run.',
    environment.map((line) => `- ${line}`).join('\n'),
    missed.length === 0 ? 'All targets are met.' : `Missed targets: ${missed.join('; ')}.`,
  ];
  return `${[...intro, ...results.map(section)].join('\n\n')}\n`;
}
