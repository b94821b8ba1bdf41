import { useEffect, useMemo, useSyncExternalStore } from 'preact/compat';
import type { ChatClient, PendingChange, Room } from '../../client/index.ts';
import { useMessages } from '../../client/react/index.ts';
import { type RoomDraft, useDraft } from '../room/room-draft.ts';
import { useDirectory } from '../rooms/directory.ts';
import { type Entry, entryOf, failedEntry, tombstone, withPendingChanges } from './entry.ts';

/** Returns the changes in all rooms that the server has not answered yet. */
export const usePendingChanges = (client: ChatClient): readonly PendingChange[] =>
  useSyncExternalStore(
    (listener) => client.on('pendingChanges', listener),
    () => client.pendingChanges,
  );

/** Leaves a tombstone for each message that is deleted while the page shows it. A reload of the page removes it. */
function useTombstones(room: Room, draft: RoomDraft, entries: readonly Entry[]): void {
  useEffect(
    () =>
      room.on('message_deleted', ({ message_id }) => {
        const deleted = entries.find(({ id }) => id === message_id);
        if (deleted) draft.addTombstone(tombstone(deleted));
      }),
    [room, draft, entries],
  );
}

/** Notifies the draft when its reply or edit target is deleted, also if that happened while the room was closed. */
function useTargetCheck(room: Room, draft: RoomDraft, entries: readonly Entry[]): void {
  const target = useDraft(draft).target?.entry.id;
  const isLoaded = !room.hasMore || (entries[0]?.id ?? Number.POSITIVE_INFINITY) <= (target ?? 0);
  const isGone = room.state === 'live' && isLoaded && !entries.some(({ id }) => id === target);
  useEffect(() => {
    if (target !== undefined && isGone) draft.handleDeleted(target);
  }, [draft, target, isGone]);
}

const byId = (a: Entry, b: Entry): number =>
  (a.id ?? Number.MAX_SAFE_INTEGER) - (b.id ?? Number.MAX_SAFE_INTEGER);

/** Adds the tombstones that lie among the loaded messages. */
function withTombstones(
  entries: readonly Entry[],
  tombstones: readonly Entry[],
  hasMore: boolean,
): readonly Entry[] {
  const ids = new Set(entries.map(({ id }) => id));
  const [oldest] = ids;
  const from = hasMore ? (oldest ?? Number.POSITIVE_INFINITY) : 0;
  const deleted = tombstones.filter(({ id = 0 }) => id >= from && !ids.has(id));
  return deleted.length > 0 ? [...entries, ...deleted].sort(byId) : entries;
}

/** Returns a room's messages in their order, with pending changes applied, and the failed messages last. */
export function useEntries(client: ChatClient, room: Room, draft: RoomDraft, me: string): readonly Entry[] {
  const directory = useDirectory();
  const messages = useMessages(room);
  const { failed, tombstones } = useDraft(draft);
  const pendingChanges = usePendingChanges(client);
  const stored = useMemo(() => messages.map(entryOf), [messages]);
  useTombstones(room, draft, stored);
  useTargetCheck(room, draft, stored);

  useEffect(() => {
    for (const message of messages) {
      if (message.sender_email && !message.guest) directory.guess(message.sender_id, message.sender_email);
    }
  }, [messages, directory]);

  return useMemo(() => {
    const frames = pendingChanges.filter((each) => each.room === room.id).map(({ frame }) => frame);
    const changed = frames.length > 0 ? stored.map((entry) => withPendingChanges(entry, frames)) : stored;
    const all = withTombstones(changed, tombstones, room.hasMore);
    return failed.length > 0 ? [...all, ...failed.map((each) => failedEntry(each, me))] : all;
  }, [stored, tombstones, pendingChanges, failed, me, room, room.hasMore]);
}
