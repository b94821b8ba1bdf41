/** One measurement. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 'bytes';
  /** The value against another's of the same run. */
  readonly ratio?: { readonly to: string; readonly value: number; readonly most?: number };
}

/** Whether a row keeps to what was decided. */
export const holds = ({ ratio }: Row): boolean => ratio?.most === undefined || ratio.value <= ratio.most;

const shown = ({ value, unit }: Row): string =>
  `${unit === 'bytes' ? value.toLocaleString('en') : value.toFixed(1)} ${unit}`;

function comparison({ ratio }: Row): string {
  if (ratio === undefined) return '';
  const most = ratio.most === undefined ? '' : ` (at most ${ratio.most.toFixed(2)})`;
  return `${ratio.value.toFixed(2)} × ${ratio.to}${most}`;
}

/** Rows as an aligned table. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.name, shown(row), comparison(row)] as const);
  const [names, values] = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(([name, value, ratio]) =>
      `${name.padEnd(names ?? 0)}  ${value.padStart(values ?? 0)}  ${ratio}`.trimEnd(),
    )
    .join('\n');
}

/** Prints rows; the process fails where one does not hold. */
export function report(rows: readonly Row[]): void {
  console.log(tableOf(rows));
  if (!rows.every(holds)) process.exitCode = 1;
}
