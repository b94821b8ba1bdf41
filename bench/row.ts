/** One measurement. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit:
    | 'functions'
    | '$'
    | 'µs'
    | 'ms'
    | 's'
    | 'bytes'
    | 'read units'
    | 'messages/s'
    | 'deliveries/s'
    | 'messages'
    | 'round trips'
    | 'deliveries';
  /** What was decided: the value may not be higher. */
  readonly most?: number;
  /** The value against another's of the same run. */
  readonly ratio?: {
    readonly to: string;
    readonly value: number;
    readonly most?: number;
    readonly least?: number;
  };
}

const inBounds = (value: number, { most, least }: { most?: number; least?: number }): boolean =>
  !(value > (most ?? Number.POSITIVE_INFINITY) || value < (least ?? Number.NEGATIVE_INFINITY)) &&
  // What was not measured keeps to nothing.
  (!Number.isNaN(value) || (most === undefined && least === undefined));

/** Whether a row keeps to what was decided. */
export const holds = (row: Row): boolean =>
  inBounds(row.value, row) && (row.ratio === undefined || inBounds(row.ratio.value, row.ratio));

const whole = new Set<Row['unit']>(['bytes', 'messages', 'deliveries/s', 'messages/s']);

/** A row's value with its unit. */
export const shown = ({ value, unit }: Pick<Row, 'value' | 'unit'>): string =>
  unit === '$'
    ? `$${value.toPrecision(3)}`
    : `${whole.has(unit) && value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toFixed(1)).toLocaleString('en')} ${unit}`;

const factor = (value: number): string => (value < 0.1 ? value.toFixed(4) : value.toFixed(2));

/** What a row is compared with, and how much of that it is. */
export const comparison = ({ ratio }: Row): string =>
  ratio === undefined ? '' : `${factor(ratio.value)} × ${ratio.to}`;

/** What was decided of a row, in words; empty where nothing was. */
export function target(row: Row): string {
  const { most, ratio } = row;
  return [
    ...(most === undefined ? [] : [`at most ${shown({ value: most, unit: row.unit })}`]),
    ...(ratio?.most === undefined ? [] : [`at most ${factor(ratio.most)} ×`]),
    ...(ratio?.least === undefined ? [] : [`at least ${factor(ratio.least)} ×`]),
  ].join(', ');
}

/** Rows as an aligned table. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.name, shown(row), comparison(row), target(row)] as const);
  const [names, values] = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(([name, value, ratio, decided]) =>
      `${name.padEnd(names ?? 0)}  ${value.padStart(values ?? 0)}  ${ratio}${decided && ` (${decided})`}`.trimEnd(),
    )
    .join('\n');
}

/** Prints rows; the process fails where one does not hold. */
export function report(rows: readonly Row[]): void {
  console.log(tableOf(rows));
  if (!rows.every(holds)) process.exitCode = 1;
}
