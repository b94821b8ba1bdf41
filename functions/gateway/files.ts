import type { FilingParts } from '../delivery/context.ts';
import { openFiles } from '../store/files.ts';
import { once, required } from './environment.ts';
import { publishingParts } from './parts.ts';

export const files = once(() => openFiles(required('FILES_BUCKET')));

/** The parts of a function that posts to whole rooms and whose messages may carry a file. */
export const filingParts = (): FilingParts => ({ ...publishingParts(), files });
