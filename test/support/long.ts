/**
 * Returns `usual` in `npm test`, and `long` in `npm run test:long`: numbers of steps, or lists of cases. Both commands
 * run the files that import this function.
 */
export const usualOrLong = <Amount>(usual: Amount, long: Amount): Amount =>
  process.env['PARLEY_TEST_LONG'] === undefined ? usual : long;
