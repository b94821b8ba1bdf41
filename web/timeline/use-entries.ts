import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatClient, Room, Unanswered } from '../../client/index.ts';
import { useMessages } from '../../client/react/index.ts';
import type { Desk } from '../room/room-draft.ts';
import { useInHand } from '../room/room-drafts.ts';
import type { Directory } from '../rooms/directory.ts';
import { changed, type Entry, entryOf, failedEntry, tombstone } from './entry.ts';

/** What waits for an answer in all rooms. */
export function useUnanswered(client: ChatClient): readonly Unanswered[] {
  const [unanswered, setUnanswered] = useState(client.unanswered);
  useEffect(() => {
    setUnanswered(client.unanswered);
    return client.on('unanswered', setUnanswered);
  }, [client]);
  return unanswered;
}

/** Where a message stood that went while one looked, it says so for as long as the page is open. */
function useBurials(room: Room, desk: Desk, entries: readonly Entry[]): void {
  const last = useRef(entries);
  useEffect(() => {
    last.current = entries;
  }, [entries]);
  useEffect(
    () =>
      room.on('message_deleted', ({ message_id }) => {
        const gone = last.current.find(({ id }) => id === message_id);
        if (gone) desk.bury(tombstone(gone));
      }),
    [room, desk],
  );
}

/** Tells the desk when the message is gone that one answers or gives another text, also while one was elsewhere. */
function useBereavement(room: Room, desk: Desk, entries: readonly Entry[]): void {
  const target = useInHand(desk).aim?.entry.id;
  const reached = !room.hasMore || (entries[0]?.id ?? Number.POSITIVE_INFINITY) <= (target ?? 0);
  const isGone = room.state === 'live' && reached && !entries.some(({ id }) => id === target);
  useEffect(() => {
    if (target !== undefined && isGone) desk.gone(target);
  }, [desk, target, isGone]);
}

const inOrder = (one: Entry, other: Entry): number =>
  (one.id ?? Number.MAX_SAFE_INTEGER) - (other.id ?? Number.MAX_SAFE_INTEGER);

/** Graves among the messages that are loaded: those of older ones come with their neighbours. */
function withGraves(entries: readonly Entry[], graves: readonly Entry[], hasMore: boolean): readonly Entry[] {
  const ids = new Set(entries.map(({ id }) => id));
  const [oldest] = ids;
  const from = hasMore ? (oldest ?? Number.POSITIVE_INFINITY) : 0;
  const gone = graves.filter(({ id = 0 }) => id >= from && !ids.has(id));
  return gone.length > 0 ? [...entries, ...gone].sort(inOrder) : entries;
}

/** What is said in a room, in its order: with what is on its way as it is to become, and what was refused last. */
export function useConversation(
  client: ChatClient,
  room: Room,
  desk: Desk,
  me: string,
  directory: Directory,
): readonly Entry[] {
  const messages = useMessages(room);
  const { failed, graves } = useInHand(desk);
  const unanswered = useUnanswered(client);
  const stored = useMemo(() => messages.map(entryOf), [messages]);
  useBurials(room, desk, stored);
  useBereavement(room, desk, stored);

  useEffect(() => {
    for (const message of messages) {
      if (message.sender_email !== undefined) directory.guess(message.sender_id, message.sender_email);
    }
  }, [messages, directory]);

  return useMemo(() => {
    const asked = unanswered.filter((each) => each.room === room.id).map(({ frame }) => frame);
    const shown = asked.length > 0 ? stored.map((entry) => changed(entry, asked, me)) : stored;
    const all = withGraves(shown, graves, room.hasMore);
    return failed.length > 0 ? [...all, ...failed.map((each) => failedEntry(each, me))] : all;
  }, [stored, graves, unanswered, failed, me, room, room.hasMore]);
}
