import { tokenVerifier } from '../auth/token-verifier.ts';
import { once, required } from './environment.ts';

/** Verifies the tokens of the stack's issuer; keeps the issuer's keys while this execution environment is warm. */
export const verifier = once(() =>
  tokenVerifier({
    issuer: required('ISSUER'),
    audience: required('AUDIENCE'),
    jwksUri: required('JWKS_URI'),
  }),
);
