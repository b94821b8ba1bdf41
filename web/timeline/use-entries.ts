import { useEffect, useMemo, useSyncExternalStore } from 'preact/compat';
import type { PendingChange, Room } from '../../client/index.ts';
import { useChatClient, useMessages } from '../../client/react/index.ts';
import { type RoomDraft, useDraft } from '../room/room-draft.ts';
import { type Entry, entryOf, failedEntry, tombstone, withPendingChanges } from './entry.ts';

/** Returns the changes in all rooms that the server has not answered yet. */
export function usePendingChanges(): readonly PendingChange[] {
  const client = useChatClient();
  return useSyncExternalStore(
    (listener) => client.on('pendingChanges', listener),
    () => client.pendingChanges,
  );
}

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
export function useEntries(room: Room, draft: RoomDraft, me: string): readonly Entry[] {
  const { messages, hasOlder } = useMessages(room.id);
  const { failed, tombstones } = useDraft(draft);
  const pendingChanges = usePendingChanges();
  const stored = useMemo(() => messages.map(entryOf), [messages]);
  useTombstones(room, draft, stored);
  useTargetCheck(room, draft, stored);

  return useMemo(() => {
    const frames = pendingChanges.filter((each) => each.room === room.id).map(({ frame }) => frame);
    const changed = frames.length > 0 ? stored.map((entry) => withPendingChanges(entry, frames)) : stored;
    const all = withTombstones(changed, tombstones, hasOlder);
    return failed.length > 0 ? [...all, ...failed.map((each) => failedEntry(each, me))] : all;
  }, [stored, tombstones, pendingChanges, failed, me, room, hasOlder]);
}
