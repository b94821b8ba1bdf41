import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatClientError, Room, SendOptions } from '../client/index.ts';
import { useMessages } from '../client/react/index.ts';
import type { Directory } from './directory.ts';
import { type Entry, entryOf, type Failed, failedEntry, type Overlay, overlaid, tombstone } from './entry.ts';

export interface Conversation {
  /** In their order, failed ones last. */
  readonly entries: readonly Entry[];
  /** What went wrong last, for people to read. */
  readonly problem: string;
  send(text: string, options?: SendOptions): void;
  edit(id: number, text: string): void;
  remove(id: number): void;
  react(id: number, emoji: string, remove: boolean): void;
  retry(key: string): void;
  discard(key: string): void;
  /** Tells of something that went wrong; an empty text takes it back. */
  tell(problem: string): void;
}

const nothing = () => {};

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Messages that went while one looked: where they stood, it says so until the room is left. */
function useTombstones(room: Room, entries: readonly Entry[]): readonly Entry[] {
  const [graves, setGraves] = useState<readonly Entry[]>([]);
  const last = useRef(entries);
  useEffect(() => {
    last.current = entries;
  }, [entries]);
  useEffect(
    () =>
      room.on('message_deleted', ({ message_id }) => {
        const gone = last.current.find(({ id }) => id === message_id);
        if (gone) setGraves((before) => [...before.filter(({ id }) => id !== message_id), tombstone(gone)]);
      }),
    [room],
  );
  return graves;
}

const inOrder = (one: Entry, other: Entry): number =>
  (one.id ?? Number.MAX_SAFE_INTEGER) - (other.id ?? Number.MAX_SAFE_INTEGER);

/** What is said in a room, and what one does about it. Whatever is refused shows, and can be tried again. */
export function useConversation(room: Room, me: string, directory: Directory): Conversation {
  const messages = useMessages(room);
  const [failed, setFailed] = useState<readonly Failed[]>([]);
  const [overlays, setOverlays] = useState<ReadonlyMap<number, Overlay>>(new Map());
  const [problem, tell] = useState('');
  const stored = useMemo(() => messages.map(entryOf), [messages]);
  const graves = useTombstones(room, stored);

  useEffect(() => {
    for (const message of messages) {
      if (message.sender_email !== undefined) directory.guess(message.sender_id, message.sender_email);
    }
  }, [messages, directory]);

  useEffect(
    () =>
      room.on('failed', ({ frame, error }) => {
        if (frame.action !== 'send') return;
        const { action: _action, message: text, client_id = '', room_id: _room, ...options } = frame;
        const at = new Date().toISOString();
        setFailed((before) => [
          ...before,
          { clientId: client_id, text, options: options as SendOptions, problem: error.message, at },
        ]);
      }),
    [room],
  );

  const entries = useMemo(() => {
    const ids = new Set(stored.map(({ id }) => id));
    const gone = graves.filter(({ id }) => !ids.has(id));
    const shown = stored.map((entry) => overlaid(entry, overlays.get(entry.id ?? 0)));
    const all = gone.length > 0 ? [...shown, ...gone].sort(inOrder) : shown;
    return failed.length > 0 ? [...all, ...failed.map((each) => failedEntry(each, me))] : all;
  }, [stored, graves, overlays, failed, me]);

  const refused = (error: ChatClientError) => {
    if (error.code !== 'CLOSED') tell(error.message);
  };
  const change = (id: number, overlay: Overlay, done: Promise<void>) => {
    setOverlays((before) => new Map(before).set(id, overlay));
    tell('');
    done.catch(refused).finally(() => setOverlays((before) => without(before, id)));
  };
  const send = (text: string, options: SendOptions = {}) => {
    tell('');
    // A refusal shows as a message that failed.
    room.send(text, options).catch(nothing);
  };
  const discard = (key: string) => setFailed((before) => before.filter(({ clientId }) => clientId !== key));

  return {
    entries,
    problem,
    send,
    edit: (id, text) => change(id, { text }, room.edit(id, text)),
    remove: (id) => change(id, 'deleted', room.delete(id)),
    react: (id, emoji, remove) => void room.react(id, emoji, { remove }).catch(refused),
    retry: (key) => {
      const again = failed.find(({ clientId }) => clientId === key);
      discard(key);
      if (again) send(again.text, again.options);
    },
    discard,
    tell,
  };
}
