import type { Rate, Rates } from '../domain/rate.ts';
import { once } from './environment.ts';

const written = /^(group|direct):(\d+)\/(\d+)$/;

/**
 * Reads what the stack writes: `group:20/10,direct:60/10`, in messages and seconds. A kind of room that is not named
 * has no limit.
 * @throws Error for anything else
 */
export function parseRates(text: string): Rates {
  const parts = text === '' ? [] : text.split(',');
  const named = parts.map((part): [string, Rate] => {
    const [, kind, messages, seconds] = written.exec(part) ?? [];
    if (kind) return [kind, { messages: Number(messages), windowMs: Number(seconds) * 1000 }];
    throw new Error('Function not configured: RATE_LIMIT is not readable; deploy the stack again');
  });
  return { group: null, direct: null, ...Object.fromEntries(named) };
}

/** The stack's setting `rateLimit`. */
export const rates = once(() => parseRates(process.env['RATE_LIMIT'] ?? ''));
