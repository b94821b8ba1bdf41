import type { Clock } from '../clock.ts';
import type { Distribution } from './distribution.ts';
import type { EdgeLimits } from './limits.ts';

/** What the edge is handed. */
export interface EdgeOptions {
  /** Asked at every request; null where the template has none, or before the first deployment. */
  readonly distribution: () => Distribution | null;
  /** Where an origin of the template runs: `http://127.0.0.1:8001`; undefined for one that nothing runs. */
  readonly originUrl: (domainName: string) => string | undefined;
  readonly clock: Clock;
  /** CloudFront's own where absent. */
  readonly limits?: Partial<EdgeLimits>;
  /** One line, never with a header or a query string in it. */
  readonly log: (line: string) => void;
}
