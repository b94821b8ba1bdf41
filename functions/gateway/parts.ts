import type { Parts } from '../delivery/context.ts';
import { database } from './database.ts';
import { required } from './environment.ts';
import { logFault } from './fault.ts';
import { invoke } from './invoke.ts';
import { measure } from './metrics.ts';
import { poster } from './poster.ts';
import { rates } from './rates.ts';

/** The parts of a function that serves one connection and posts to few. */
export const servingParts = (): Pick<Parts, 'db' | 'poster' | 'now'> => ({
  db: database(),
  poster: poster(),
  now: Date.now,
});

/** The parts of a function that posts to whole rooms. */
export const publishingParts = (): Parts => ({
  ...servingParts(),
  rates: rates(),
  fanOut: (share) => invoke(required('FANOUT_FUNCTION'), share),
  measure,
  // Lambda's own fields of the line have the request.
  onFault: (error) => logFault('publish', error, ''),
});
