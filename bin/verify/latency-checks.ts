import { type Check, NotChecked } from './check.ts';
import type { Deployment } from './deployment.ts';

const connects = 5;
const messages = 10;

/** Returns `p50 12 ms, p95 30 ms, max 31 ms`. */
function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => `${Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

/** Measures times. These checks fail only when something does not arrive, because a time depends on the network. */
export function latencyChecks({ author, other }: Deployment): readonly Check[] {
  const toOther: number[] = [];
  return [
    {
      promise: 'time from connect to history',
      advice: 'Look at the duration and the throttles of the functions authorize, connect and welcome.',
      async run() {
        const times: number[] = [];
        for (let count = 0; count < connects; count += 1) {
          const startedAt = performance.now();
          const { socket } = await author.open();
          times.push(performance.now() - startedAt);
          await socket.close();
        }
        return percentiles(times);
      },
    },
    {
      promise: 'time from send to echo',
      advice: 'Look at the duration and the throttles of the function send, and at the metric PostsFailed.',
      async run() {
        const toEcho: number[] = [];
        for (let count = 1; count <= messages; count += 1) {
          const text = `Parley verification: message ${count} of ${messages}`;
          const { id, sentAt, arrivedAt } = await author.say(text);
          toEcho.push(arrivedAt - sentAt);
          toOther.push((await other.receive(id)).arrivedAt - sentAt);
        }
        return percentiles(toEcho);
      },
    },
    {
      promise: 'time from send to the other user',
      advice: 'Look at the duration and the throttles of the functions send and fanout.',
      async run() {
        if (toOther.length === 0) throw new NotChecked('no message arrived before');
        if (toOther.length < messages)
          throw new Error(`${messages - toOther.length} messages did not arrive`);
        return percentiles(toOther);
      },
    },
  ];
}
