import type { Database } from '../../functions/store/database.ts';

/**
 * Counts round trips: calls that are under way at the same time are one. Each call takes a turn of the event loop, as
 * a network would, so calls that wait for each other are told apart from calls that do not.
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
