import type { DialectName } from '../../functions/domain/connection.ts';
import type { Random } from '../torture/random.ts';
import { broken, emoji, mutated, objectOf, oddValue, pick, type RawJson, roomIds } from './values.ts';

/** The share of valid frames, and the share of frames that are malformed or not an object. */
const VALID = 1 / 3;
const BROKEN = 0.1;
/** API Gateway closes a connection whose frame is larger, in bytes. */
const LARGEST_FRAME = 32 * 1024;

type Frame = Readonly<Record<string, RawJson>>;

/** Generates the fields of valid frames. */
class Fields {
  readonly random: Random;
  readonly #newest: number;

  /** @param newest the highest message id of the room */
  constructor(random: Random, newest: number) {
    this.random = random;
    this.#newest = newest;
  }

  pick = (...values: readonly string[]): RawJson => JSON.stringify(pick(this.random, values));

  message(): RawJson {
    const { random } = this;
    const id = this.#newest - random.between(0, random.chance(0.8) ? 10 : this.#newest);
    return random.chance(0.2) ? `"${Math.max(1, id)}"` : String(Math.max(1, id));
  }

  since = (): RawJson => String(Math.max(0, this.#newest - this.random.between(0, 20)));

  text = (): RawJson =>
    JSON.stringify(
      this.random.chance(0.02) ? '😀'.repeat(2_000) : `text ${this.random.between(0, 1_000_000)}`,
    );

  maybe = (probability: number, fields: Frame): Frame => (this.random.chance(probability) ? fields : {});

  /** Half of the ids come from a short list, so that some repeat an earlier one. */
  clientId(): Frame {
    const id = this.random.between(0, this.random.chance(0.5) ? 40 : 1e9);
    return this.maybe(0.3, { client_id: `"c-${id}"` });
  }

  room = (): Frame => ({ room_id: this.pick(...roomIds) });

  file = (): Frame => ({
    file: this.pick('aGVsbG8=', 'data:text/plain;base64,aGk=', 'iVBORw0KGgo=', crypto.randomUUID()),
    file_name: this.pick('a.txt', 'ünïcode 日本.txt', '../../etc/passwd'),
  });
}

type Generator = (fields: Fields) => Frame;

const validFrames: Record<DialectName, readonly Generator[]> = {
  action: [
    (of) => ({ message: of.text(), ...of.clientId() }),
    (of) => ({ action: '"send"', message: of.text(), ...of.clientId(), ...of.maybe(0.2, of.room()) }),
    (of) => ({ action: '"send"', message: of.text(), ...of.clientId(), ...of.maybe(0.3, of.file()) }),
    (of) => ({ action: '"send"', message: of.text(), reply_to: of.message(), ...of.clientId() }),
    (of) => ({ action: '"edit"', message_id: of.message(), text: of.text(), ...of.clientId() }),
    (of) => ({ action: '"delete"', message_id: of.message(), ...of.clientId() }),
    (of) => ({
      ...{ action: '"react"', message_id: of.message(), emoji: of.pick(...emoji) },
      ...of.maybe(0.3, { remove: 'true' }),
    }),
    (of) => ({ action: '"seen"', message_id: of.message(), ...of.maybe(0.1, of.room()) }),
    (of) => ({ action: '"typing"', typing: 'true', ...of.maybe(0.2, of.room()) }),
    (of) => ({ action: '"history"', limit: '20', ...of.maybe(0.5, { before: of.message() }) }),
    (of) => ({ action: '"sync"', since: of.since(), ...of.maybe(0.1, of.room()) }),
    (of) => ({ action: '"ping"', ...of.maybe(0.3, of.room()) }),
    (of) => ({ action: '"authenticate"', token: of.pick('MQ', 'Mg', 'bad') }),
    (of) => ({ action: '"join"', ...of.room() }),
    (of) => ({ action: '"leave"', ...of.room() }),
  ],
  content: [(of) => ({ content: of.text(), ...of.clientId() })],
  type: [
    (of) => ({
      ...{ type: '"chat_message"', message: of.text(), ...of.clientId() },
      ...of.maybe(0.5, { receiver_id: of.pick('1', '2', 'nobody') }),
    }),
  ],
  operation: [
    (of) => ({ operation: '"create"', body: of.text(), ...of.clientId(), ...of.maybe(0.2, of.file()) }),
    (of) => ({ operation: '"reply"', message_id: of.message(), body: of.text(), ...of.clientId() }),
    (of) => ({
      operation: '"update"',
      message_id: of.message(),
      body: of.text(),
      ...of.maybe(0.1, of.file()),
    }),
    (of) => ({ operation: '"delete"', message_id: of.message(), ...of.clientId() }),
    (of) => ({ operation: '"seen"', message_id: of.message() }),
    (of) => ({ operation: '"typing"', typing_status: of.pick('typing', 'not_typing') }),
  ],
};

function validFrame(fields: Fields, dialect: DialectName): Frame {
  const frame = pick(fields.random, validFrames[dialect])(fields);
  if (dialect !== 'operation') return frame;
  return { ...frame, ...fields.maybe(0.4, { user: fields.pick('1', '2', 'alice', 'guest', 'ü') }) };
}

/**
 * Returns a frame as a client of a dialect may send it: a third of them valid, the others wrong in some way.
 * @param newest the highest message id of the room
 */
export function generateFrame(random: Random, dialect: DialectName, newest: number): string {
  const valid = Object.entries(validFrame(new Fields(random, newest), dialect));
  const roll = random.next();
  let text = objectOf(valid);
  if (roll < BROKEN) text = broken(random, text);
  else if (roll > BROKEN + VALID) text = objectOf(mutated(random, valid));
  const frame = text.toWellFormed();
  return Buffer.byteLength(frame) <= LARGEST_FRAME ? frame : oddValue(random).slice(0, 1_000);
}
