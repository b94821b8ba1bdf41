import { type Preferences, type RoomDetails, setPreferences } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useBlockedUsers } from '../people/blocks.ts';
import { useNames } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useRoomContext } from './room-context.ts';

const notifyLevels = ['all', 'mentions', 'none'] as const satisfies Preferences['notify'][];

interface MenuProps {
  readonly details: RoomDetails;
  readonly anchor: Element;
  readonly onClose: () => void;
}

/** The menu of the open room. */
export function RoomMenu({ details, anchor, onClose }: MenuProps) {
  const { client, room, draft, me, role, isModerator, show } = useRoomContext();
  const { isSingleRoom, open } = useNavigation();
  const { kind, preferences } = details;
  const nameOf = useNames();
  const { menu, blocking } = laterTexts();
  const isGroup = kind === 'group';
  const other = otherMember(room.id, me);
  const { blocked, unblock } = useBlockedUsers(other !== undefined);
  const showFailure = (error: unknown) => draft.showError(errorText(error));
  const prefer = async (change: Partial<Preferences>) => {
    try {
      await setPreferences(client, room.id, change);
      if (change.hidden) open();
    } catch (error) {
      showFailure(error);
    }
  };
  return (
    <Menu label={texts().room.menu} anchor={anchor} onClose={onClose}>
      {preferences && !isSingleRoom ? (
        <>
          <MenuItem
            label={preferences.pinned ? menu.unpin : menu.pin}
            onSelect={() => void prefer({ pinned: !preferences.pinned })}
          />
          <MenuItem
            label={preferences.hidden ? menu.unhide : menu.hide}
            onSelect={() => void prefer({ hidden: !preferences.hidden })}
          />
        </>
      ) : null}
      {preferences ? (
        <fieldset class="menu-group" aria-label={menu.notify}>
          <p aria-hidden="true">{menu.notify}</p>
          {notifyLevels.map((notify) => (
            <MenuItem
              key={notify}
              label={menu.levels[notify]}
              checked={preferences.notify === notify}
              onSelect={() => void prefer({ notify })}
            />
          ))}
        </fieldset>
      ) : null}
      <MenuItem label={texts().room.search} onSelect={() => show({ kind: 'search' })} />
      {isGroup && isModerator ? (
        <MenuItem label={menu.settings} onSelect={() => show({ kind: 'settings' })} />
      ) : null}
      {isModerator ? (
        <MenuItem label={laterTexts().reports.reportedMessages} onSelect={() => show({ kind: 'reports' })} />
      ) : null}
      <MenuItem label={blocking.blockedPeople} onSelect={() => show({ kind: 'blocks' })} />
      {other === undefined ? null : blocked.has(other) ? (
        <MenuItem
          label={blocking.unblockUser(nameOf(other))}
          onSelect={() => void unblock(other).catch(showFailure)}
        />
      ) : (
        <MenuItem
          danger
          label={blocking.blockUser(nameOf(other))}
          onSelect={() => show({ kind: 'block', user: other })}
        />
      )}
      {isGroup && role ? (
        <MenuItem danger label={menu.leave} onSelect={() => show({ kind: 'leave' })} />
      ) : null}
    </Menu>
  );
}
