import type { Message, PendingChange, PendingMessage, Room } from '../../client/index.ts';
import { useChatClient } from '../../client/react/index.ts';
import { useEffect, useMemo, useRef, useSyncExternalStore } from '../react.ts';
import { type RoomDraft, useDraft } from '../room/room-draft.ts';
import {
  type Entry,
  entryOf,
  entryWith,
  failedEntry,
  indexOf,
  tombstone,
  withPendingChanges,
} from './entry.ts';

/** Returns the changes in all rooms that the server has not answered yet. */
export function usePendingChanges(): readonly PendingChange[] {
  const client = useChatClient();
  return useSyncExternalStore(
    (listener) => client.on('pendingChanges', listener),
    () => client.pendingChanges,
  );
}

/** The longest wait for a frame, in milliseconds. A hidden page gets no frames. */
const FRAME_MS = 100;

/** Returns a function that calls `listener` at the next animation frame, once for all calls before it. */
function oncePerFrame(listener: () => void): { readonly call: () => void; readonly cancel: () => void } {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
  };
  const flush = () => {
    cancel();
    listener();
  };
  const call = () => {
    if (timer !== undefined) return;
    timer = setTimeout(flush, FRAME_MS);
    frame = requestAnimationFrame(flush);
  };
  return { call, cancel };
}

/** Returns a room's messages. Renders once per animation frame, however many messages arrive. */
function useFrameMessages(room: Room): Room['messages'] {
  const subscribe = useMemo(
    () => (listener: () => void) => {
      const batched = oncePerFrame(listener);
      const stop = room.subscribe(batched.call);
      return () => {
        stop();
        batched.cancel();
      };
    },
    [room],
  );
  return useSyncExternalStore(subscribe, () => room.messages);
}

/** Returns the entries of messages. Makes new entries only from the first message that differs from the last call. */
function useStored(messages: readonly (Message | PendingMessage)[]): readonly Entry[] {
  const last = useRef<{ messages: typeof messages; entries: readonly Entry[] }>({
    messages: [],
    entries: [],
  });
  return useMemo(() => {
    const { messages: before, entries } = last.current;
    let same = 0;
    while (same < before.length && before[same] === messages[same]) same++;
    const all = [...entries.slice(0, same), ...messages.slice(same).map(entryOf)];
    last.current = { messages, entries: all };
    return all;
  }, [messages]);
}

/** Leaves a tombstone for each message that is deleted while the page shows it. A reload of the page removes it. */
function useTombstones(room: Room, draft: RoomDraft, entries: readonly Entry[]): void {
  const shown = useRef(entries);
  // When the deletion is announced, the entries of the last render still have the message.
  useEffect(() => {
    shown.current = entries;
  }, [entries]);
  useEffect(
    () =>
      room.on('message_deleted', ({ message_id }) => {
        const deleted = entryWith(shown.current, message_id);
        if (deleted) draft.addTombstone(tombstone(deleted));
      }),
    [room, draft],
  );
}

/** Notifies the draft when its reply or edit target is deleted, even if that happened while the room was closed. */
function useTargetCheck(room: Room, draft: RoomDraft, entries: readonly Entry[]): void {
  const target = useDraft(draft, (state) => state.target?.entry.id);
  const isLoaded = !room.hasMore || (entries[0]?.id ?? Number.POSITIVE_INFINITY) <= (target ?? 0);
  const isGone = target !== undefined && room.state === 'live' && isLoaded && !entryWith(entries, target);
  useEffect(() => {
    if (target !== undefined && isGone) draft.handleDeleted(target);
  }, [draft, target, isGone]);
}

/** Replaces the entries that the user has changed and the server has not answered yet. */
function withChanges(entries: readonly Entry[], frames: readonly PendingChange['frame'][]): readonly Entry[] {
  const changed = [...entries];
  for (const frame of frames) {
    const entry = frame.action === 'send' ? undefined : entryWith(entries, Number(frame.message_id));
    if (entry?.id !== undefined) changed[indexOf(entries, entry.id)] = withPendingChanges(entry, frames);
  }
  return changed;
}

/** Adds the tombstones that lie among the loaded messages. */
function withTombstones(
  entries: readonly Entry[],
  tombstones: readonly Entry[],
  hasMore: boolean,
): readonly Entry[] {
  const from = hasMore ? (entries[0]?.id ?? Number.POSITIVE_INFINITY) : 0;
  const all = [...entries];
  for (const each of tombstones) {
    const { id = 0 } = each;
    if (id >= from && !entryWith(all, id)) all.splice(indexOf(all, id), 0, each);
  }
  return all;
}

/** Returns a room's messages in their order, with pending changes applied, and the failed messages last. */
export function useEntries(room: Room, draft: RoomDraft, me: string): readonly Entry[] {
  const stored = useStored(useFrameMessages(room));
  const failed = useDraft(draft, (state) => state.failed);
  const tombstones = useDraft(draft, (state) => state.tombstones);
  const pendingChanges = usePendingChanges();
  const { hasMore } = room;
  useTombstones(room, draft, stored);
  useTargetCheck(room, draft, stored);

  return useMemo(() => {
    const frames = pendingChanges.filter((each) => each.room === room.id).map(({ frame }) => frame);
    const changed = frames.length > 0 ? withChanges(stored, frames) : stored;
    const all = tombstones.length > 0 ? withTombstones(changed, tombstones, hasMore) : changed;
    return failed.length > 0 ? [...all, ...failed.map((each) => failedEntry(each, me))] : all;
  }, [stored, tombstones, pendingChanges, failed, me, room, hasMore]);
}
