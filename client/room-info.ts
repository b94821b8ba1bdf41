import {
  type FrameOf,
  isChange,
  type LoggedChange,
  type Member,
  type RoomChange,
  type RoomDetails,
} from './wire.ts';

/** What the client knows of a new member before the details are loaded again. */
const newMember = {
  username: null,
  role: 'member',
  pending: false,
  muted_until: null,
  online: false,
  last_seen: null,
  avatar_url: null,
  profile_data: null,
};

/** Returns the details of a room after a change of the room or its members. */
function applyRoomChange(details: RoomDetails, change: RoomChange): RoomDetails {
  const { seq } = change;
  if (change.type === 'room_updated') return { ...details, ...(change.room as Partial<RoomDetails>), seq };
  if (!('user_id' in change)) return { ...details, seq };
  const { user_id } = change;
  const isMember = (member: Member) => String(member.user_id) === String(user_id);
  const { members } = details;
  const others = members.filter((member) => !isMember(member));
  if (change.type === 'member_removed') return { ...details, members: others, seq };
  const role = change.role;
  const muted_until = change.type === 'member_changed' ? change.muted_until : undefined;
  const before = members.find(isMember) ?? { ...newMember, user_id };
  const member = {
    ...before,
    ...(role && { role }),
    ...(muted_until !== undefined && { muted_until }),
  } as Member;
  const changed =
    others.length < members.length
      ? members.map((each) => (isMember(each) ? member : each))
      : [...members, member];
  return { ...details, members: changed, seq };
}

/** The details of a room as they were loaded, with the changes since then. */
export class RoomInfo {
  details: RoomDetails | undefined;
  readonly #fetch: () => Promise<RoomDetails>;
  readonly #onChange: () => void;
  #loads = 0;
  /** The changes since the first of the loads in progress began. The server may have answered it before them. */
  #arrived: RoomChange[] = [];

  constructor(fetch: () => Promise<RoomDetails>, onChange: () => void) {
    this.#fetch = fetch;
    this.#onChange = onChange;
  }

  async load(): Promise<RoomDetails> {
    this.#loads++;
    try {
      const loaded = await this.#fetch();
      const details = this.#arrived.filter(({ seq }) => seq > loaded.seq).reduce(applyRoomChange, loaded);
      // A load may end after a later one.
      const isOlder = this.details && details.seq < this.details.seq;
      if (!isOlder) this.#set(details);
      return details;
    } finally {
      if (--this.#loads === 0) this.#arrived = [];
    }
  }

  /** Loads the details again if they were loaded before. */
  reload(): void {
    if (this.details) this.load().catch(() => {});
  }

  add(change: LoggedChange): void {
    if (isChange(change) || change.type === 'hidden') return;
    if (this.#loads > 0) this.#arrived.push(change);
    if (this.details && change.seq > this.details.seq) this.#set(applyRoomChange(this.details, change));
  }

  /** Sets the user's own preferences. */
  prefer({ notify, pinned, hidden }: FrameOf<'preferences'>): void {
    if (this.details) this.#set({ ...this.details, preferences: { notify, pinned, hidden } });
  }

  #set(details: RoomDetails): void {
    this.details = details;
    this.#onChange();
  }
}
