import { parseArgs } from 'node:util';
import { type PlantName, plantNames } from './known-bugs.ts';

export interface TortureFlags {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  readonly lostAnswersOnly: boolean;
  readonly homeOnly: boolean;
  /** A bug to plant first; undefined for none. */
  readonly plant: PlantName | undefined;
}

const usage =
  'the flags are --seconds, --seed, --clients, --rooms, --lost-answers, --home-only and --plant dedupe|post|tombstone';

/** Reads the flags; throws one clear line for what it does not know. `anySeed` is the seed where none is given. */
export function readTortureFlags(args: readonly string[], anySeed: number): TortureFlags {
  const values = parse(args);
  return {
    seconds: whole('seconds', values.seconds ?? '60'),
    seed: whole('seed', values.seed ?? String(anySeed)),
    clients: whole('clients', values.clients ?? '20'),
    rooms: whole('rooms', values.rooms ?? '5'),
    lostAnswersOnly: values['lost-answers'] ?? false,
    homeOnly: values['home-only'] ?? false,
    plant: plantOf(values.plant),
  };
}

/** The command that repeats a run. */
export const commandOf = ({
  seconds,
  seed,
  clients,
  rooms,
  lostAnswersOnly,
  homeOnly,
  plant,
}: TortureFlags): string =>
  `npm run torture -- --seconds ${seconds} --seed ${seed} --clients ${clients} --rooms ${rooms}` +
  `${lostAnswersOnly ? ' --lost-answers' : ''}${homeOnly ? ' --home-only' : ''}${plant === undefined ? '' : ` --plant ${plant}`}`;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        seed: { type: 'string' },
        clients: { type: 'string' },
        rooms: { type: 'string' },
        'lost-answers': { type: 'boolean' },
        'home-only': { type: 'boolean' },
        plant: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new Error(`Torture did not start: ${why}; ${usage}`, { cause: error });
  }
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value <= 0xffff_ffff) return value;
  throw new Error(`Torture did not start: --${name} is "${text}"; set a whole number above 0`);
}

function plantOf(name: string | undefined): PlantName | undefined {
  const found = plantNames.find((known) => known === name);
  if (name === undefined || found !== undefined) return found;
  throw new Error(`Torture did not start: there is no bug ${name} to plant; ${usage}`);
}
