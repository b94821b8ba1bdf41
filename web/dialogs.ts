// The dialogs, menus and rare parts of the page, which load after the first paint: see deferred.tsx.

export { AttachmentList } from './composer/attachment-list.tsx';
export { saveFile } from './composer/download.ts';
export { DropZone } from './composer/drop-zone.tsx';
export { insertText, toggleMarker } from './composer/insert-text.ts';
export { LengthWarning } from './composer/length-warning.tsx';
export { NoComposer } from './composer/no-composer.tsx';
export { Picture } from './composer/picture.tsx';
export { TargetBar } from './composer/target-bar.tsx';
export { Uploads } from './composer/uploads.ts';
export { EmojiPicker, QuickEmojiPicker } from './emoji/pickers.tsx';
export { MentionList } from './mentions/mention-list.tsx';
export { Notifications } from './notifications/notifications.tsx';
export { OpenRoomDialog } from './room/open-room-dialog.tsx';
export { RequestNote } from './room/request-note.tsx';
export { RoomMenu } from './room/room-menu.tsx';
export { HiddenRooms } from './rooms/hidden-rooms.tsx';
export { NewRoom } from './rooms/new-room.tsx';
export { RoomSwitcher } from './rooms/room-switcher.tsx';
export { LanguageMenu } from './texts/language-menu.tsx';
export { ActionButtons, FailedButtons } from './timeline/action-buttons.tsx';
export { keepFocus } from './timeline/keep-focus.ts';
export { loadMessage } from './timeline/load-message.ts';
export { ConfirmDialog, Dialog } from './ui/dialog.tsx';
export { Shortcuts } from './ui/shortcuts.tsx';
