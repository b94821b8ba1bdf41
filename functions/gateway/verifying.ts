import type { FilingParts, Verifying } from '../delivery/context.ts';
import { filingParts } from './files.ts';
import { verifier } from './verifier.ts';

/** The parts of a function that serves all commands, one that takes a token among them. */
export const verifyingParts = (): FilingParts & Verifying => ({
  ...filingParts(),
  verify: (token) => verifier()(token),
});
