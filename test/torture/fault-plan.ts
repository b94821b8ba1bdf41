import type {
  CallFault,
  FallibleCall,
  FallibleFrame,
  Faults,
  FrameFault,
  Opening,
} from '../../local/faults.ts';
import { createRandom, type Random } from './random.ts';

/** The probabilities of faults, per call or per frame. */
export interface Rates {
  readonly calls: Readonly<Record<CallFault, number>>;
  /**
   * The probability that a fault repeats in all retries of a call. Needs PARLEY_AWS_CLIENT=sdk, which names its calls.
   */
  readonly repeated: number;
  readonly delayed: number;
  readonly cut: number;
  /** The probability that a connection opens late. */
  readonly lateOpening: number;
}

export const defaultRates: Rates = {
  calls: {
    throttled: 0.01,
    failed: 0.007,
    'answer lost': 0.012,
    'answer cut': 0.004,
    'killed before': 0.004,
    'killed after': 0.006,
  },
  repeated: 0.4,
  delayed: 0.12,
  cut: 0.002,
  lateOpening: 0.3,
};

/** Only loses the responses of calls that took effect. */
export const lostAnswerRates: Rates = {
  calls: {
    throttled: 0,
    failed: 0,
    'answer lost': 0.04,
    'answer cut': 0.015,
    'killed before': 0,
    'killed after': 0,
  },
  repeated: 0.4,
  delayed: 0,
  cut: 0,
  lateOpening: 0,
};

/** S3 calls are rare, so each of them fails this many times as often as other calls. */
const S3_FACTOR = 10;

const MAX_DELAY_MS = 150;

/** How many calls with repeated faults the plan remembers, by the SDK's invocation id. */
const MAX_REPEATED = 1_000;

function faultOf(draw: number, { calls }: Rates): CallFault | undefined {
  let rest = draw;
  for (const [fault, rate] of Object.entries(calls) as [CallFault, number][]) {
    rest -= rate;
    if (rest < 0) return fault;
  }
  return undefined;
}

export interface FaultPlan {
  readonly faults: Faults;
  /** Starts injecting faults. */
  start(): void;
  stop(): void;
}

/**
 * Plans the faults of a run. The same seed gives the n-th call of an action by a function the same fault in every run,
 * and the n-th frame of a direction. The machine's timing decides which call is the n-th.
 * @param count called with a description of each fault
 */
export function planFaults(seed: number, rates: Rates, count: (event: string) => void): FaultPlan {
  const root = createRandom(seed).fork('faults');
  const streams = new Map<string, Random>();
  const repeated = new Map<string, CallFault>();
  let isActive = false;

  const streamOf = (purpose: string): Random => {
    const stream = streams.get(purpose) ?? root.fork(purpose);
    streams.set(purpose, stream);
    return stream;
  };
  const repeat = (invocation: string, fault: CallFault): void => {
    if (repeated.size >= MAX_REPEATED) repeated.clear();
    repeated.set(invocation, fault);
  };
  const call = ({ functionName, action, invocation, attempt }: FallibleCall): CallFault | undefined => {
    if (!isActive) return undefined;
    const before = attempt > 1 ? repeated.get(invocation) : undefined;
    const stream = streamOf(`${functionName} ${action}`);
    const draw = stream.next() / (action.startsWith('s3:') ? S3_FACTOR : 1);
    const fault = before ?? faultOf(draw, rates);
    if (fault === undefined) return undefined;
    const isNamed = invocation !== '';
    if (isNamed && before === undefined && stream.chance(rates.repeated)) repeat(invocation, fault);
    count(`${action.split(':')[0]} ${fault}`);
    if (fault.startsWith('killed'))
      count(`environments killed of ${functionName.replace(/Function.*$/, '')}`);
    return fault;
  };
  const frame = ({ direction }: Pick<FallibleFrame, 'direction'>): FrameFault | undefined => {
    if (!isActive) return undefined;
    const stream = streamOf(direction);
    const draw = stream.next();
    if (draw < rates.cut) {
      const disconnects = stream.chance(0.5);
      count(`sockets cut ${disconnects ? 'with' : 'without'} $disconnect`);
      return { kind: 'cut', disconnects };
    }
    if (draw >= rates.cut + rates.delayed) return undefined;
    count(`frames delayed ${direction}`);
    return { kind: 'delayed', ms: stream.between(1, MAX_DELAY_MS) };
  };
  const opening = (): Opening => {
    const stream = streamOf('opening');
    if (!isActive || !stream.chance(rates.lateOpening)) return {};
    const answersEarly = stream.chance(0.5);
    count(`connections opened late, ${answersEarly ? 'reported' : 'not reported'} as open before`);
    return { afterMs: stream.between(1, MAX_DELAY_MS), answersEarly };
  };
  return {
    faults: { call, frame, opening },
    start() {
      isActive = true;
    },
    stop() {
      isActive = false;
    },
  };
}
