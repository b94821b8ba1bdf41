import { type CountedRoom, openCountedRoom } from './counted-room.ts';
import type { Findings, Row } from './results.ts';

const PAGES = 10;
const PAGE = 50;

/** The highest allowed ratio of read times. It allows for noise, but not for times that grow with the room. */
const MOST_RATIO = 1.5;

interface FilledRoom {
  readonly size: number;
  readonly room: CountedRoom;
}

const reads: Readonly<Record<string, (filled: FilledRoom) => Promise<unknown>>> = {
  'first page': ({ room }) => room.send({ action: 'history' }),
  'ten pages back': async ({ room, size }) => {
    for (let page = 1; page <= PAGES; page++) {
      await room.send({ action: 'history', before: size - page * PAGE });
    }
  },
  'sync, 50 changes from the end': ({ room, size }) => room.send({ action: 'sync', since: size - PAGE }),
};

/** Returns a row for each room, compared with the first room. `values` has the values of all rounds for each room. */
function rowsOf(name: string, unit: Row['unit'], sizes: readonly number[], values: number[][], most: number) {
  const rooms = sizes.map((size) => `room of ${size.toLocaleString('en')}`);
  const medians = values.map(
    (each) => each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? Number.NaN,
  );
  const [reference = Number.NaN] = medians;
  return medians.map((value, index): Row => {
    const ratio = { to: `the ${rooms[0]}`, value: value / reference, most };
    return { name: `${name}, ${rooms[index]}`, value, unit, ...(index > 0 && { ratio }) };
  });
}

/**
 * Measures whether the cost of reading a room is independent of the number of its messages.
 * @param sizes the number of messages in each room. The first room is the reference
 * @param rounds how often each room is read. The rooms alternate, and the median time counts
 */
export async function history(sizes = [1_000, 100_000], rounds = 40): Promise<Findings> {
  const rooms = await Promise.all(
    sizes.map(async (size) => ({ size, room: await openCountedRoom(2, { messages: size }) })),
  );
  try {
    const rows: Row[] = [];
    for (const [name, read] of Object.entries(reads)) {
      const units = rooms.map((): number[] => []);
      const times = rooms.map((): number[] => []);
      for (let round = 0; round < rounds; round++) {
        for (const [index, filled] of rooms.entries()) {
          const start = performance.now();
          const { readUnits } = await filled.room.count(() => read(filled));
          times[index]?.push(performance.now() - start);
          units[index]?.push(readUnits);
        }
      }
      rows.push(
        ...rowsOf(name, 'read units', sizes, units, 1),
        ...rowsOf(name, 'ms', sizes, times, MOST_RATIO),
      );
    }
    return { rows };
  } finally {
    for (const { room } of rooms) await room.close();
  }
}
