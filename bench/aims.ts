import { readFileSync } from 'node:fs';
import type { LoadStats } from './load.ts';
import type { Table } from './results.ts';

/** The speed of the local stack that a machine with two cores should reach. */
export const aims = {
  smallRooms: { name: '10 rooms of 10, with receipts', unit: 'messages/s', least: 300 },
  largeRoom: { name: 'a room of 200', unit: 'deliveries/s', least: 15_000 },
  lastDelivery: { name: 'a room of 1,000, until the last delivery', unit: 'ms', most: 110 },
  memory: { name: 'memory of the stack’s process at its peak', unit: 'MB', most: 600 },
} as const;

type Aim = keyof typeof aims;

/** A measured value for each aim. */
export type AimValues = Readonly<Record<Aim, number>>;

/** The results of one stack: its highest sustained rates, its first run in the room of 1,000, and its peak memory. */
export interface Measured {
  readonly smallRooms: LoadStats | undefined;
  readonly largeRoom: LoadStats | undefined;
  readonly oneInFlight: LoadStats | undefined;
  readonly memoryMb: number;
}

export const aimValues = ({ smallRooms, largeRoom, oneInFlight, memoryMb }: Measured): AimValues => ({
  smallRooms: smallRooms?.messagesPerSecond ?? Number.NaN,
  largeRoom: largeRoom?.deliveriesPerSecond ?? Number.NaN,
  lastDelivery: oneInFlight?.p50 ?? Number.NaN,
  memory: memoryMb,
});

/** Returns the largest resident memory that a process has had, in MB. Linux reports it; NaN elsewhere. */
export function peakMemoryMb(pid: number | undefined): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kilobytes) * 1024) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function isMet(aim: Aim, value: number): boolean {
  const target = aims[aim];
  return 'least' in target ? value >= target.least : value <= target.most;
}

/** Returns a table of all aims. @param before the values of an earlier version, if the same run measured it */
export function aimTable(now: AimValues, before?: AimValues): Table {
  const rows = (Object.keys(aims) as Aim[]).map((aim) => {
    const target = aims[aim];
    const limit = 'least' in target ? `at least ${target.least}` : `at most ${target.most}`;
    const values = [...(before ? [before[aim]] : []), now[aim]].map((value) => Math.round(value));
    return [`${target.name}, in ${target.unit}`, ...values, limit, isMet(aim, now[aim]) ? 'met' : 'missed'];
  });
  return {
    title: 'Speed of the local stack',
    columns: ['', ...(before ? ['before'] : []), 'now', 'aim', ''],
    rows,
  };
}
