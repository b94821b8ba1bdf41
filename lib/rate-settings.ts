import { invalid } from './validation.ts';

const roomKinds = ['group', 'direct'] as const;

/** How many times a user may do something within a number of seconds: send, create a room, or add a user. */
export interface RateLimit {
  /** How many messages, rooms or additions are allowed. */
  readonly messages: number;
  /** The number of seconds in which they are counted. */
  readonly seconds: number;
}

/** The limit of each kind of room. Null means no limit. */
export type RateLimits = Readonly<Record<(typeof roomKinds)[number], RateLimit | null>>;

const userCounts = ['create', 'invite'] as const;

/** The limits of each user across all rooms. Null means no limit. */
export type RoomLimits = Readonly<Record<(typeof userCounts)[number], RateLimit | null>>;

/** How many requests a stage of an API accepts. */
export interface Throttle {
  /** Requests per second over a longer time. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}

/** The settings that limit how often users and clients may do something. */
export interface RateSettings {
  /**
   * `rateLimit`: `<messages>/<seconds>` or `off`. Default: `20/10`. `group:20/10,direct:off` sets the limit by kind of
   * room; a kind that is not named keeps the default.
   */
  readonly rateLimit: RateLimits;
  /**
   * `roomLimits`: `create:<rooms>/<seconds>,invite:<additions>/<seconds>`, where each part may be `off`. `create`
   * limits the rooms that a user creates, default `60/3600`. `invite` limits how often people who share no room with a
   * user add that user to rooms, default `50/86400`.
   */
  readonly roomLimits: RoomLimits;
  /**
   * `throttle`: `<requests per second>/<burst>` that each of the two APIs accepts from all clients together, or `off`
   * for the limits of the account. Default: `2000/1000`.
   */
  readonly throttle: Throttle | null;
}

/**
 * Reads the settings from CDK context.
 * @throws Error that names the key of an invalid value
 */
export function readRateSettings(context: (key: string) => unknown): RateSettings {
  return {
    rateLimit: rateLimits(context('rateLimit') ?? defaultRate),
    roomLimits: roomLimits(context('roomLimits') ?? ''),
    throttle: throttle(context('throttle') ?? '2000/1000'),
  };
}

const defaultRate = '20/10';

function rateLimits(value: unknown): RateLimits {
  if (typeof value !== 'string')
    throw invalid('rateLimit', 'it is not a string', 'Use 20/10 or off, for example');
  if (!value.includes(':')) return { group: rateLimit(value), direct: rateLimit(value) };
  const named = value.split(',').map((each) => {
    const [kind, ...rate] = each.trim().split(':');
    if (roomKinds.some((known) => known === kind)) return [kind, rateLimit(rate.join(':'))] as const;
    throw invalid(
      'rateLimit',
      `${each.trim()} names no kind of room`,
      'Write group:20/10,direct:off, for example',
    );
  });
  const limits = Object.fromEntries(named);
  if (Object.keys(limits).length === named.length) return { ...rateLimits(defaultRate), ...limits };
  throw invalid('rateLimit', 'it names a kind of room twice', 'Write group:20/10,direct:off, for example');
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const MAX_THROTTLE = 999_999;

function roomLimits(value: unknown): RoomLimits {
  const key = 'roomLimits';
  const advice = 'Write create:60/3600,invite:off, for example';
  if (typeof value !== 'string') throw invalid(key, 'it is not a string', advice);
  const limits: Record<(typeof userCounts)[number], RateLimit | null> = {
    create: { messages: 60, seconds: 3600 },
    invite: { messages: 50, seconds: DAY_SECONDS },
  };
  const seen = new Set<string>();
  for (const part of value === '' ? [] : value.split(',')) {
    const [name = '', ...rate] = part.trim().split(':');
    const count = userCounts.find((each) => each === name);
    if (!count || seen.has(count)) throw invalid(key, `${part.trim()} names no limit, or one twice`, advice);
    seen.add(count);
    limits[count] = rateLimit(rate.join(':'), key, DAY_SECONDS);
  }
  return limits;
}

function rateLimit(text: string, key = 'rateLimit', maxSeconds = HOUR_SECONDS): RateLimit | null {
  if (text === 'off') return null;
  const [, messages = 0, seconds = 0] = (/^(\d{1,3})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (isRate({ messages, seconds }, maxSeconds)) return { messages, seconds };
  throw invalid(
    key,
    `${text} is not a rate`,
    `Use <count>/<seconds> with a count of 1 to 100 and 1 to ${maxSeconds} seconds, or off`,
  );
}

// Each counted message is an attribute in an expression of at most 4 KB (AWS: quotas for DynamoDB).
const isRate = ({ messages, seconds }: RateLimit, maxSeconds: number): boolean =>
  isWithin(messages, 100) && isWithin(seconds, maxSeconds);

const isWithin = (value: number, max: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= max;

/**
 * Checks rates that are given as numbers.
 * @throws Error that names the setting
 */
export function checkRates(settings: RateSettings): void {
  const rates = [
    ['rateLimits', settings.rateLimit, HOUR_SECONDS],
    ['roomLimits', settings.roomLimits, DAY_SECONDS],
  ] as const;
  for (const [key, limits, maxSeconds] of rates) {
    for (const [name, limit] of Object.entries(limits)) {
      if (limit === null || isRate(limit, maxSeconds)) continue;
      const advice = `Use 1 to 100 messages in 1 to ${maxSeconds} seconds, or null`;
      throw invalid(`${key}.${name}`, 'it is not in the allowed range', advice);
    }
  }
  const { throttle: stage } = settings;
  if (stage === null || (isWithin(stage.rateLimit, MAX_THROTTLE) && isWithin(stage.burstLimit, MAX_THROTTLE)))
    return;
  throw invalid(
    'throttle',
    'it is not in the allowed range',
    `Use whole numbers from 1 to ${MAX_THROTTLE}, or null`,
  );
}

function throttle(value: unknown): Throttle | null {
  if (value === 'off') return null;
  const text = typeof value === 'string' ? value : '';
  const [, rateLimit = 0, burstLimit = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (rateLimit >= 1 && burstLimit >= 1) return { rateLimit, burstLimit };
  throw invalid(
    'throttle',
    'it is not a rate',
    'Use <requests per second>/<burst>, such as 2000/1000, or off',
  );
}
