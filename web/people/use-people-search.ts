import { useEffect, useState } from 'preact/hooks';
import type { ChatClient, ChatClientError, UsersPage } from '../../client/index.ts';
import { useChatClient } from '../../client/react/index.ts';
import { learn } from '../../client/react/users.ts';
import { errorText } from '../texts/texts.ts';

/** A user whom the page shows. An invited user may not exist yet, so they have no name. */
export interface Person {
  readonly id: string;
  readonly name: string | undefined;
}

/** Waits this long after a key, in milliseconds, so that a word causes few searches. */
const DEBOUNCE_MS = 200;
const MAX_SHOWN = 8;

interface Answer {
  readonly query: string;
  readonly people: readonly Person[];
  readonly hasMore: boolean;
  readonly error: string;
}

const nothing: Answer = { query: '', people: [], hasMore: false, error: '' };

/** The clients whose chat has no search for people, so their users enter ids. */
const withoutSearch = new WeakSet<ChatClient>();

function answerOf(query: string, { users, next_cursor }: UsersPage): Answer {
  const people = users.map(({ user_id, username: name }) => ({ id: String(user_id), name }));
  return { ...nothing, query, people, hasMore: next_cursor !== null };
}

/**
 * Finds people while the user types. Until the answer for a text arrives, returns the result for the previous text, with
 * `isCurrent` false, so that the list does not flicker. Drops answers that arrive after the text has changed.
 */
export function usePeopleSearch(text: string): Answer & { readonly isCurrent: boolean } {
  const client = useChatClient();
  const [answer, setAnswer] = useState(nothing);
  const query = text.trim();
  useEffect(() => {
    if (query === '') {
      setAnswer(nothing);
      return undefined;
    }
    let isObsolete = false;
    const show = (next: Answer) => {
      if (!isObsolete) setAnswer(next);
    };
    const search = async () => {
      if (withoutSearch.has(client)) {
        show({ ...nothing, query });
        return;
      }
      try {
        const page = await client.searchUsers(query, { limit: MAX_SHOWN });
        learn(client, page.users);
        show(answerOf(query, page));
      } catch (error) {
        const { code } = error as ChatClientError;
        const isOff = code === 'DIRECTORY_OFF';
        if (isOff) withoutSearch.add(client);
        show({ ...nothing, query, error: isOff ? '' : errorText(error) });
      }
    };
    const timer = setTimeout(() => void search(), DEBOUNCE_MS);
    return () => {
      isObsolete = true;
      clearTimeout(timer);
    };
  }, [client, query]);
  return { ...answer, isCurrent: answer.query === query };
}
