import type { Deeds } from './operations.ts';
import { type AskedFrame, type Frame, isChange, messageOf, readFrame } from './frames.ts';
import type { Tally, Witness } from './recording.ts';
import { type Person, roomsSaid } from './scenario.ts';

export interface EarParts {
  /** Whose socket it is at. */
  readonly name: string;
  readonly person: Person;
  /** The room of the connection; undefined for an inbox. */
  readonly home: string | undefined;
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
}

/** Listens at one person's sockets, and tells the witness of each frame that should not have come. */
export class Ear {
  readonly #parts: EarParts;
  /** Rooms that the socket asked to join, answered or not: their frames are no leak. */
  readonly #joined = new Set<string>();

  constructor(parts: EarParts) {
    this.#parts = parts;
  }

  /** The socket is another. */
  opened(): void {
    this.#parts.tally.add('connections');
    this.#joined.clear();
  }

  /** A handshake failed: who is a member may not be refused. */
  shut(why: string): void {
    this.#parts.tally.add('handshakes that failed');
    const [status] = /\b4\d\d\b/.exec(why) ?? [];
    if (status !== undefined) this.accuse(`was refused with ${status}, though a member`);
  }

  /** The client sends a frame. */
  said({ action, room_id }: AskedFrame): void {
    if (action === 'join') this.#joined.add(String(room_id));
  }

  /** The client is told a frame. */
  heard(text: string): void {
    this.#parts.tally.add('frames');
    const { home, deeds } = this.#parts;
    const frame = readFrame(text);
    const room = frame?.room_id === undefined ? home : String(frame.room_id);
    this.#checkWords(text, room);
    if (frame === undefined) return;
    if (frame.type === 'error') this.#parts.tally.add(`errors ${frame.code}`);
    else if (frame.connectionId !== undefined) this.#parts.tally.add('errors of the gateway itself');
    else if (room !== undefined) this.#hearOf(room, frame);
    deeds.hear(frame);
  }

  accuse(what: string): void {
    const { name, person, witness } = this.#parts;
    witness.accuse(`${name} of user ${person.id} ${what}`);
  }

  #hearOf(room: string, frame: Frame): void {
    const { person, deeds, witness } = this.#parts;
    witness.see(room, frame);
    // To leave is no secret: it is answered wherever one was.
    if (room === person.foreign?.id && frame.type !== 'left')
      this.accuse(`got a frame of room ${room}, which is nothing to them`);
    if (!this.#mayHear(room, frame)) {
      this.accuse(`was told ${frame.type} ${frame.seq ?? ''} of room ${room} without joining it`);
    }
    const named = deeds.get(frame.client_id ?? messageOf(frame)?.client_id);
    if (named !== undefined && named.user !== person.id) {
      this.accuse(`was told the client id of user ${named.user} in room ${room}: ${named.name}`);
    }
  }

  /** An inbox hears of new messages everywhere. Nobody else hears of a room that they are not in, but for answers. */
  #mayHear(room: string, frame: Frame): boolean {
    const { home, person } = this.#parts;
    const isLive = isChange(frame) || frame.type === 'typing' || frame.type === 'presence';
    if (!isLive || room === home || this.#joined.has(room) || frame.client_id !== undefined) return true;
    if (frame.type !== 'chat_message') return false;
    return home === undefined || messageOf(frame)?.sender_id === Number(person.id);
  }

  #checkWords(text: string, room: string | undefined): void {
    const { person } = this.#parts;
    const excerpt = text.slice(0, 300);
    for (const said of new Set(roomsSaid(text))) {
      if (said !== person.home.id && said !== person.second.id) {
        this.accuse(`read what was said in room ${said}, which is nothing to them: ${excerpt}`);
      } else if (said !== room) {
        this.accuse(`got a frame of room ${room} with what was said in ${said}: ${excerpt}`);
      }
    }
  }
}
