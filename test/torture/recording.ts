import { isLogFrame, messageOf, OperationLog, type ReceivedFrame } from './operations.ts';
import type { StoredRoom } from './room-states.ts';

/** The delivery statuses in the table, from lowest to highest. */
const statuses = ['sent', 'delivered', 'read'];
const storedStatus = (wireStatus: string): string => (wireStatus === 'send' ? 'sent' : wireStatus);
const isLower = (status: string, than: string): boolean => statuses.indexOf(status) < statuses.indexOf(than);

/** Checks that the status of a message never goes down, and that clients only receive statuses that are stored. */
export class StatusChecker {
  /** The highest statuses so far, by room and message. */
  readonly #stored = new Map<string, string>();
  readonly #received = new Map<string, string>();

  /** Compares a room with its earlier states. Returns the violations. */
  checkStored(room: string, { log }: StoredRoom): readonly string[] {
    const violations: string[] = [];
    for (const [id, entry] of log) {
      if (entry.kind !== 'message') continue;
      const key = `message ${id} of room ${room}`;
      const status = String(entry['status']);
      const before = this.#stored.get(key) ?? 'sent';
      if (isLower(status, before)) violations.push(`The status of ${key} went from ${before} to ${status}`);
      else this.#stored.set(key, status);
    }
    return violations;
  }

  /** Records a status that a client received. */
  receive(room: string, message: number, wireStatus: string): void {
    const key = `message ${message} of room ${room}`;
    const status = storedStatus(wireStatus);
    if (isLower(this.#received.get(key) ?? '', status)) this.#received.set(key, status);
  }

  /** Compares the received statuses with the stored ones. Returns the violations. */
  checkReceived(): readonly string[] {
    return [...this.#received].flatMap(([key, received]) => {
      const stored = this.#stored.get(key);
      if (stored === undefined || !isLower(stored, received)) return [];
      return [`A client received status ${received} of ${key}, but the stored status is ${stored}`];
    });
  }
}

/** Records a run: operations, received frames, counts of events, and violations of what Parley promises. */
export class Recording {
  readonly operations = new OperationLog();
  readonly statuses = new StatusChecker();
  readonly #counts = new Map<string, number>();
  readonly #violations = new Set<string>();
  /** Room and sequence number → the change that clients received under it. */
  readonly #changes = new Map<string, string>();

  /** Counts an event. */
  readonly count = (event: string): void => {
    this.#counts.set(event, this.countOf(event) + 1);
  };

  countOf(event: string): number {
    return this.#counts.get(event) ?? 0;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  addViolations(...violations: readonly string[]): void {
    for (const violation of violations) this.#violations.add(violation);
  }

  get violations(): readonly string[] {
    return [...this.#violations];
  }

  /** Records a frame of a room, and checks that all clients receive the same change under a sequence number above 0. */
  receive(room: string, frame: ReceivedFrame): void {
    if (isLogFrame(frame) && frame.seq) {
      const key = `Sequence number ${frame.seq} of room ${room}`;
      const { type, message_id, user_id = '', emoji = '', removed = '' } = frame;
      const change = [type, message_id, user_id, emoji, removed].join(' ').trim();
      const before = this.#changes.get(key) ?? change;
      if (change !== before) this.addViolations(`${key} stands for both "${before}" and "${change}"`);
      this.#changes.set(key, change);
    }
    const message = messageOf(frame);
    if (message) this.statuses.receive(room, message.message_id, message.status);
  }
}

const MAX_VIOLATIONS = 40;
const MAX_VIOLATION_LENGTH = 400;

/** Returns the report that the command prints. */
export function formatReport({ counts, violations }: Pick<Recording, 'counts' | 'violations'>): string {
  const events = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = ['Counts:', ...events.map(([event, count]) => `  ${event}: ${count}`)];
  if (violations.length === 0) {
    return [
      ...lines,
      'No violations: each acknowledged change is stored once, and all copies are correct.',
    ].join('\n');
  }
  const shown = violations.slice(0, MAX_VIOLATIONS);
  const more = violations.length - shown.length;
  return [
    ...lines,
    `${violations.length} VIOLATIONS:`,
    ...shown.map((violation) => `  ${violation.slice(0, MAX_VIOLATION_LENGTH)}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join('\n');
}
