import type { Database } from '../../functions/store/database.ts';

/**
 * Counts round trips: concurrent calls count as one. Each call takes one turn of the event loop, as a network would, so
 * that sequential calls differ from concurrent ones.
 */
export function countWaves(db: Database): { readonly calls: string[][] } {
  const calls: string[][] = [];
  let open = 0;
  const send = db.client.send.bind(db.client) as (command: object) => Promise<unknown>;
  const counted = async (command: object) => {
    if (open === 0) calls.push([]);
    calls.at(-1)?.push(command.constructor.name.replace('Command', ''));
    open++;
    await new Promise((resume) => setImmediate(resume));
    open--;
    return send(command);
  };
  Object.assign(db.client, { send: counted });
  return { calls };
}
