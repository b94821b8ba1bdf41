import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';

export interface TunnelOptions {
  readonly viewer: Socket;
  readonly origin: Socket;
  readonly clock: Clock;
  /** Milliseconds without a byte from the origin after which both sides are cut, without a close frame. */
  readonly idleMs: number;
}

/** Passes bytes both ways until either side ends. What is in them is not looked at. */
export function openTunnel({ viewer, origin, clock, idleMs }: TunnelOptions): void {
  let lastByteAt = clock.now();
  let disarm = (): void => {};
  const watch = (): void => {
    const left = lastByteAt + idleMs - clock.now();
    if (left > 0) {
      disarm = clock.after(left, watch);
      return;
    }
    viewer.destroy();
    origin.destroy();
  };
  watch();
  origin.on('data', () => {
    lastByteAt = clock.now();
  });
  let open = 2;
  const joined = [
    [viewer, origin],
    [origin, viewer],
  ] as const;
  for (const [from, to] of joined) {
    from.pipe(to);
    // `close` follows an error.
    from.on('error', () => {});
    from.once('close', () => {
      // What is already on its way to the other side still arrives; one that takes nothing is cut when idle.
      to.destroySoon();
      open -= 1;
      if (open === 0) disarm();
    });
  }
}
