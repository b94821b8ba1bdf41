/** A person, as their token names them. Ids are strings everywhere inside. */
export interface User {
  readonly id: string;
  readonly username: string;
  /** Empty where the token carries no email claim. */
  readonly email: string;
  /** What kind of user the team calls them, such as `student`; empty where it calls them nothing. */
  readonly userType: string;
  /** Not signed in: the id is what they say, and gives them nothing that is somebody else's. */
  readonly guest?: true;
}

/** A user as they are told apart from all others: a guest may say a name that a user has. */
export const actorId = ({ id, guest }: Pick<User, 'id' | 'guest'>): string => (guest ? `guest:${id}` : id);

export const roles = ['owner', 'moderator', 'member'] as const;

export type Role = (typeof roles)[number];

/** A User in a Room. */
export interface Member {
  readonly room: string;
  /** Set for somebody who is not signed in, in a room that is open to anyone. */
  readonly guest?: true;
  readonly user: string;
  readonly role: Role;
  /** The highest message id that this member has read. */
  readonly readTo: number;
  /** Milliseconds since the epoch until which this member may not change anything; 0 when not muted. */
  readonly mutedUntil: number;
}

/** Whether a member may change other people's messages. */
export const moderates = (member: Pick<Member, 'role'>): boolean => member.role !== 'member';
