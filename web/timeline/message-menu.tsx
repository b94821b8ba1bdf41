import { pinMessage, unpinMessage } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { usePins } from '../room/use-pins.ts';
import { useNames } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText } from '../texts/texts.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import type { Entry } from './entry.ts';

interface MenuProps {
  readonly entry: Entry;
  readonly anchor: Element;
  /** Called after the message's text or link was copied. */
  readonly onCopied: () => void;
  readonly onClose: () => void;
}

/** The further actions of a message. */
export function MessageMenu({ entry, anchor, onCopied, onClose }: MenuProps) {
  const { client, room, draft, me, canPin, show } = useRoomContext();
  const { messages = [] } = usePins(room);
  const { addressOf } = useNavigation();
  const nameOf = useNames();
  const menu = laterTexts().messageActions;
  const { id = 0, author, user, type } = entry;
  const isPinned = messages.some(({ message_id }) => message_id === id);
  const changePin = () => {
    const change = isPinned ? unpinMessage : pinMessage;
    change(client, room.id, id).catch((error: Error) => draft.showError(errorText(error)));
  };
  const copy = async (text: string, failed: string) => {
    try {
      await navigator.clipboard.writeText(text);
      onCopied();
    } catch {
      // The browser forbids it, for example on a page without HTTPS.
      draft.showError(failed);
    }
  };
  const copyLink = (address: string) => void copy(address, menu.copyFailed(address));
  const isOther = author !== me && type !== 'system';
  return (
    <Menu label={menu.moreActions} anchor={anchor} onClose={onClose}>
      {canPin ? <MenuItem label={isPinned ? menu.unpin : menu.pin} onSelect={changePin} /> : null}
      {entry.text ? (
        <MenuItem label={menu.copyText} onSelect={() => void copy(entry.text, menu.copyTextFailed)} />
      ) : null}
      {/* The server sends the marks that cover the user's own messages only. */}
      {isOther || type === 'system' ? null : (
        <MenuItem label={laterTexts().readers.title} onSelect={() => show({ kind: 'readers', entry })} />
      )}
      {addressOf ? (
        <MenuItem label={menu.copyLink} onSelect={() => copyLink(addressOf(room.id, id))} />
      ) : null}
      {isOther ? (
        <MenuItem
          label={laterTexts().reports.reportMessage}
          onSelect={() => show({ kind: 'report', entry })}
        />
      ) : null}
      {isOther && user !== undefined ? (
        <MenuItem
          danger
          label={laterTexts().blocking.blockUser(nameOf(author, entry.name))}
          onSelect={() => show({ kind: 'block', user })}
        />
      ) : null}
    </Menu>
  );
}
