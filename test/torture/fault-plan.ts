import type { CallFault, FallibleCall, Faults, FrameFault } from '../../local/faults.ts';
import { type Random, randomOf } from './random.ts';
import type { Tally } from './recording.ts';

/** How often what goes wrong: the share of all calls, or of all frames. */
export interface Rates {
  readonly calls: Readonly<Record<CallFault, number>>;
  /** Of the calls that fail, the share that fails in all tries of the SDK. */
  readonly lasting: number;
  readonly delayed: number;
  readonly cut: number;
}

const none = { throttled: 0, failed: 0, 'killed before': 0, 'killed after': 0 };

/** Everything goes wrong. */
export const usualRates: Rates = {
  calls: {
    throttled: 0.01,
    failed: 0.007,
    'answer lost': 0.012,
    'answer cut': 0.004,
    'killed before': 0.004,
    'killed after': 0.006,
  },
  lasting: 0.4,
  delayed: 0.12,
  cut: 0.002,
};

/** Calls fail after they took effect, and nothing else goes wrong. */
export const lostAnswerRates: Rates = {
  calls: { ...none, 'answer lost': 0.04, 'answer cut': 0.015 },
  lasting: 0.4,
  delayed: 0,
  cut: 0,
};

const LONGEST_DELAY_MS = 150;

/** A call that fails in all tries is known by the SDK's id for it; so many are remembered. */
const REMEMBERED = 1_000;

function faultOf(draw: number, { calls }: Rates): CallFault | undefined {
  let left = draw;
  for (const [fault, share] of Object.entries(calls) as [CallFault, number][]) {
    left -= share;
    if (left < 0) return fault;
  }
  return undefined;
}

export interface FaultPlan {
  readonly faults: Faults;
  /** Until now, nothing goes wrong. */
  begin(): void;
  /** Nothing goes wrong any more. */
  end(): void;
}

/**
 * What goes wrong in a run. The n-th call of a function to an action meets the same in every run with the same seed,
 * and so does the n-th frame of a direction; which call of which handler that is depends on the machine's timing.
 */
export function planFaults(seed: number, rates: Rates, tally: Tally): FaultPlan {
  const root = randomOf(seed).fork('faults');
  const streams = new Map<string, Random>();
  const lasting = new Map<string, CallFault>();
  let raging = false;

  const streamOf = (purpose: string): Random => {
    const known = streams.get(purpose) ?? root.fork(purpose);
    streams.set(purpose, known);
    return known;
  };
  const remember = (invocation: string, fault: CallFault): void => {
    if (lasting.size >= REMEMBERED) lasting.clear();
    lasting.set(invocation, fault);
  };
  const call = ({ functionName, action, invocation, attempt }: FallibleCall): CallFault | undefined => {
    if (!raging) return undefined;
    const again = attempt > 1 ? lasting.get(invocation) : undefined;
    const stream = streamOf(`${functionName} ${action}`);
    const fault = again ?? faultOf(stream.next(), rates);
    if (fault === undefined) return undefined;
    if (again === undefined && stream.chance(rates.lasting)) remember(invocation, fault);
    tally.add(`${action.split(':')[0]} ${fault}`);
    if (fault.startsWith('killed')) tally.add(`kills of ${functionName.replace(/Function.*$/, '')}`);
    return fault;
  };
  const frame = ({ direction }: { readonly direction: 'in' | 'out' }): FrameFault | undefined => {
    if (!raging) return undefined;
    const stream = streamOf(direction);
    const draw = stream.next();
    if (draw < rates.cut) {
      const disconnects = stream.chance(0.5);
      tally.add(disconnects ? 'cuts with $disconnect' : 'cuts without $disconnect');
      return { kind: 'cut', disconnects };
    }
    if (draw >= rates.cut + rates.delayed) return undefined;
    tally.add(`frames delayed ${direction}`);
    return { kind: 'delayed', ms: stream.between(1, LONGEST_DELAY_MS) };
  };
  return {
    faults: { call, frame },
    begin() {
      raging = true;
    },
    end() {
      raging = false;
    },
  };
}
