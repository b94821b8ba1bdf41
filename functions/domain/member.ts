/** A person, as their token names them. Ids are strings everywhere inside. */
export interface User {
  readonly id: string;
  readonly username: string;
  /** Empty where the token carries no email claim. */
  readonly email: string;
}

export const roles = ['owner', 'moderator', 'member'] as const;

export type Role = (typeof roles)[number];

/** A User in a Room. */
export interface Member {
  readonly room: string;
  readonly user: string;
  readonly role: Role;
  /** The highest message id that this member has read. */
  readonly readTo: number;
  /** Milliseconds since the epoch until which this member may not change anything; 0 when not muted. */
  readonly mutedUntil: number;
}

/** Whether a member may change other people's messages. */
export const moderates = (member: Pick<Member, 'role'>): boolean => member.role !== 'member';
