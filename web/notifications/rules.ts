import type { Message, RoomSummary } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { isAuthor, isMentioned } from '../../client/wire.ts';
import { previewText } from '../format/plain.ts';
import { type NameOf, roomName } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { entryOf } from '../timeline/entry.ts';

type Preferring = Pick<RoomSummary, 'preferences' | 'request'>;

/** Whether a message notifies the user, by the room's preference. Requests from strangers never notify. */
export function isWanted(message: Message, { preferences, request }: Preferring, me: string): boolean {
  if (request || isAuthor(message, me)) return false;
  const { notify } = preferences;
  return notify === 'all' || (notify === 'mentions' && isMentioned(message, me));
}

/** Returns how many unread messages of a room the user wants to be notified about. */
export function unreadIn({ preferences, unread, mentioned }: RoomSummary): number {
  const { notify } = preferences;
  return notify === 'all' ? unread : notify === 'mentions' ? mentioned : 0;
}

/** What a notification shows. A push message has the same fields. */
export interface NotificationContent {
  /** The room to open. */
  readonly room: string;
  readonly title: string;
  readonly body: string;
}

/** Returns what the notification of a message shows: plain text, or with `preview` false neither the sender nor the text. */
export function contentOf(
  message: Message,
  room: RoomSummary,
  { me, nameOf, preview }: { readonly me: string; readonly nameOf: NameOf; readonly preview: boolean },
): NotificationContent {
  const id = String(room.id);
  const { rooms } = texts();
  const { notifications } = laterTexts();
  if (!preview) return { room: id, title: rooms.product, body: notifications.newMessage };
  const { author, name, type } = entryOf(message);
  const text =
    previewText(message.text) || (type === 'image' ? rooms.picture : rooms.file(message.file ?? ''));
  const title = roomName(room, me, nameOf);
  if (type === 'system' || otherMember(id, me) !== undefined) return { room: id, title, body: text };
  const sender = nameOf(author, name);
  const body = isMentioned(message, me)
    ? notifications.mentionedYou(sender, text)
    : rooms.preview(sender, text);
  return { room: id, title, body };
}
