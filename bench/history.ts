import { handlerOf, type SendFrame } from './counted-commands.ts';
import { type CountedRoom, openCountedRoom } from './counted-room.ts';
import type { Findings } from './part.ts';
import type { Row } from './row.ts';

export interface HistoryOptions {
  /** How many messages the rooms have; the first is the reference. */
  readonly sizes?: readonly [number, number];
  /** How often each is read, in turns. The middle one counts. */
  readonly rounds?: number;
}

/** How many pages are read back from the newest. */
const PAGES = 10;
const PAGE = 50;

/** What is read of a room, by the number of its last message. */
const reads = {
  'first page': async (send, _last) => {
    await send({ action: 'history' });
  },
  'ten pages back': async (send, last) => {
    for (let page = 1; page <= PAGES; page++) {
      await send({ action: 'history', before: last - page * PAGE });
    }
  },
  'sync, 50 changes from the end': async (send, last) => {
    await send({ action: 'sync', since: last - PAGE });
  },
} satisfies Record<string, (send: SendFrame, last: number) => Promise<void>>;

type Read = keyof typeof reads;

/** What one read of a room takes. */
interface Taken {
  readonly units: number;
  readonly ms: number;
}

interface Filled {
  readonly size: number;
  readonly room: CountedRoom;
  readonly send: SendFrame;
}

async function taken({ size, room, send }: Filled, read: Read): Promise<Taken> {
  const from = performance.now();
  const { readUnits } = await room.count(() => reads[read](send, size));
  return { units: readUnits, ms: performance.now() - from };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** How often a page of the small room may fit into one of the large: noise, and no growth with the room. */
const FLAT = 1.5;

function compared(read: Read, [small, large]: readonly [Filled, Filled], times: TakenBySize): readonly Row[] {
  const of = (filled: Filled) => times.get(filled) ?? [];
  const ms = (filled: Filled) => median(of(filled).map((each) => each.ms));
  const units = (filled: Filled) => of(filled).at(-1)?.units ?? Number.NaN;
  const name = (filled: Filled) => `${read}, room of ${filled.size.toLocaleString('en')}`;
  const to = `the room of ${small.size.toLocaleString('en')}`;
  return [
    { name: name(small), value: units(small), unit: 'read units' },
    {
      name: name(large),
      value: units(large),
      unit: 'read units',
      ratio: { to, value: units(large) / units(small), most: 1 },
    },
    { name: name(small), value: ms(small), unit: 'ms' },
    {
      name: name(large),
      value: ms(large),
      unit: 'ms',
      ratio: { to, value: ms(large) / ms(small), most: FLAT },
    },
  ];
}

type TakenBySize = ReadonlyMap<Filled, readonly Taken[]>;

async function filled(size: number): Promise<Filled> {
  const room = await openCountedRoom(2, size);
  return { size, room, send: handlerOf(room) };
}

/** Whether what is read of a room costs the same however much was ever said in it. */
export async function history({
  sizes = [1_000, 100_000],
  rounds = 40,
}: HistoryOptions = {}): Promise<Findings> {
  const rooms = [await filled(sizes[0]), await filled(sizes[1])] as const;
  try {
    const rows: Row[] = [];
    for (const read of Object.keys(reads) as Read[]) {
      const times = new Map<Filled, Taken[]>(rooms.map((room) => [room, []]));
      for (let round = 0; round < rounds; round++) {
        for (const room of rooms) times.get(room)?.push(await taken(room, read));
      }
      rows.push(...compared(read, rooms, times));
    }
    return { rows };
  } finally {
    for (const { room } of rooms) await room.close();
  }
}
