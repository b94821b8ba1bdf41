import type { Report } from '../../client/index.ts';
import { laterTexts } from '../texts/later-texts.ts';

type Reason = Report['reason'];

/** Returns the words for each reason to report a message. */
export const reasonLabels = (): Readonly<Record<Reason, string>> => laterTexts().reports.reasons;

export const reasons = [
  'spam',
  'abuse',
  'harassment',
  'violence',
  'nudity',
  'other',
] as const satisfies Reason[];
