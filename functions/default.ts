import { authenticate } from './commands/authenticate.ts';
import { deleteMessage } from './commands/delete-message.ts';
import { editMessage } from './commands/edit-message.ts';
import { joinRoom } from './commands/join-room.ts';
import { leaveRoom } from './commands/leave-room.ts';
import { loadHistory } from './commands/load-history.ts';
import { markSeen } from './commands/mark-seen.ts';
import { ping } from './commands/ping.ts';
import { react } from './commands/react.ts';
import { sendMessage } from './commands/send-message.ts';
import { setTyping } from './commands/set-typing.ts';
import { sync } from './commands/sync.ts';
import { tokenContext } from './gateway/context.ts';
import { serveFrames } from './gateway/frames.ts';

/** Serves all frames without a route of their own, such as those of dialects without an `action` field. */
export const handler = serveFrames(
  {
    SendMessage: sendMessage,
    EditMessage: editMessage,
    DeleteMessage: deleteMessage,
    React: react,
    MarkSeen: markSeen,
    SetTyping: setTyping,
    LoadHistory: loadHistory,
    Sync: sync,
    Ping: ping,
    JoinRoom: joinRoom,
    LeaveRoom: leaveRoom,
    Authenticate: authenticate,
  },
  tokenContext,
);
