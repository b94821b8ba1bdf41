import type { Row } from './row.ts';

/** Counts side by side. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a part came to. */
export interface Findings {
  readonly rows?: readonly Row[];
  readonly tables?: readonly Table[];
  /** What has to be known to read them, a paragraph each. */
  readonly notes?: readonly string[];
}

/** One measurement of `npm run bench`, which can be asked for by its name. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** What is measured, and how. */
  readonly about: string;
  measure(): Promise<Findings>;
}
