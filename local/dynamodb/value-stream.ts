import { Readable } from 'node:stream';
import type { LevelValues } from 'dynalite/db/index.js';

/**
 * The values of a LevelDB iterator as a stream, read many at a time. dynalite's own stream asks for each
 * value singly and never closes its iterator, so that every query would hold memory until the end.
 */
export class ValueStream extends Readable {
  readonly #values: LevelValues;

  constructor(values: LevelValues) {
    super({ objectMode: true, highWaterMark: 256 });
    this.#values = values;
  }

  override _read(size: number): void {
    this.#values.nextv(size).then(
      (values) => {
        for (const value of values) this.push(value);
        if (values.length === 0) this.push(null);
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#values.close().then(() => done(error), done);
  }
}
