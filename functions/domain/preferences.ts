/** The messages of a room about which a member wants to be notified. */
export const notifyLevels = ['all', 'mentions', 'none'] as const;

export type Notify = (typeof notifyLevels)[number];

/** What a member has chosen for a room. Only the member sees it. */
export interface Preferences {
  readonly notify: Notify;
  /** Whether the room is at the top of the member's list of rooms. */
  readonly pinned: boolean;
  /** Whether the room is left out of the member's list of rooms, until another user sends a message. */
  readonly hidden: boolean;
}

/** Where a user has put a room in their list of rooms. */
export interface Placement {
  readonly pinned?: true;
  /** The room's last sequence number when the user hid it. */
  readonly hiddenAt?: number;
}
