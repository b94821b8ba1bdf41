import { coldStart } from './cold-start.ts';
import { counts } from './counts.ts';
import { cpuPerPost } from './cpu-per-post.ts';
import { endToEnd } from './end-to-end.ts';
import { fanOutInTime } from './fan-out.ts';
import { history } from './history.ts';
import type { Part } from './part.ts';

/** All that `npm run bench` measures, in the order of its results. */
export const parts: readonly Part[] = [
  {
    name: 'counts',
    title: 'What is asked of AWS, and what that costs',
    about:
      'Frames go through the handlers that Lambda has, over the embedded DynamoDB, with a poster that counts. These numbers are exact, and a test holds them.',
    measure: counts,
  },
  {
    name: 'cpu-per-post',
    title: 'CPU of a post',
    about:
      'A fan-out of 1,000 posts over kept connections, to an endpoint in another process that answers at once. The least of 20 rounds, user and system time.',
    measure: async () => ({ rows: await cpuPerPost() }),
  },
  {
    name: 'cold-start',
    title: 'Cold start',
    about: 'Each bundle is loaded in a fresh Node, in turns with the references.',
    measure: async () => ({ rows: await coldStart() }),
  },
  {
    name: 'fan-out',
    title: 'Fan-out in time',
    about:
      'The functions’ own code in virtual time, under a modelled API Gateway: posts of 10 ms at the median with a tail, the account’s default limits (10,000 a second, burst 5,000) or none, warm functions of the memory that is deployed, and 38 µs of CPU for a post, a parameter too (CPU of a post measures what this machine takes: 51 µs on a busier one). So it does not depend on this machine, and a test holds it. What the limit dictates is compared with the time from the first post of a fanout to the last that is let in. Shards and chunks differ little in time: what shards bring is that nobody reads or lists the whole room, and that the sender’s echo comes first.',
    measure: async () => ({ rows: await fanOutInTime() }),
  },
  {
    name: 'history',
    title: 'History and sync',
    about:
      'The same frames in a room of 1,000 messages and in one of 100,000, through the handlers, over the embedded DynamoDB called without a network.',
    measure: history,
  },
  {
    name: 'end-to-end',
    title: 'End to end',
    about:
      'From a send to the last recipient over real sockets: the built bundles on the local stack, its embedded DynamoDB included, against a bare `ws` broadcaster.',
    measure: endToEnd,
  },
];
