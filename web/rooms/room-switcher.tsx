import { useEffect, useId, useState } from 'preact/hooks';
import { otherMember, useChatClient, useRooms } from '../../client/react/index.ts';
import { type Person, usePeopleSearch } from '../people/use-people-search.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { isComposing } from '../ui/keys.ts';
import { Option, Options } from '../ui/option.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { roomName, useNames, usePictures, usePresenceOfAll } from './names.ts';
import { useNavigation } from './navigation.ts';

/** A room to open, or a person to start a direct room with. */
interface Choice {
  /** The id of the room or the person. */
  readonly id: string;
  readonly name: string;
  readonly isPerson: boolean;
  /** The other member of a direct room, or the person. */
  readonly user?: string | undefined;
  readonly picture?: string | null | undefined;
  readonly unread?: number;
}

const MAX_SHOWN = 12;
/** At most this many pages of rooms are loaded to find one by its name. */
const MAX_LOADED = 500;

/** Removes case and accents, so that `jose` finds José. */
const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase();

/** Letters of scripts that put no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Whether each word of the query begins a word of the name. Longer words may also be inside a word. */
export function matchesName(name: string, query: string): boolean {
  const words = ` ${plain(name)}`;
  return plain(query)
    .split(/\s+/)
    .every((word) => {
      const mayBeInside = word.length > 2 || unspaced.test(word);
      return words.includes(mayBeInside ? word : ` ${word}`);
    });
}

/** Returns the rooms whose names match, the latest first, and then the people. The open room comes last. */
function useChoices(query: string) {
  const { user: me = '' } = useChatClient();
  const { current } = useNavigation();
  const nameOf = useNames();
  const pictureOf = usePictures();
  const list = useRooms();
  const search = usePeopleSearch(query);
  const { rooms, hasMore, loading, loadMore } = list;
  const found = rooms.flatMap((room): Choice[] => {
    const id = String(room.id);
    const user = otherMember(id, me);
    const name = roomName(room, me, nameOf);
    const picture = user === undefined ? room.avatar_url : pictureOf(user);
    return matchesName(name, query)
      ? [{ id, name, isPerson: false, user, picture, unread: id === current ? 0 : room.unread }]
      : [];
  });
  const others = found.filter(({ id }) => id !== current);
  const known = new Set(rooms.map(({ id }) => otherMember(id, me)));
  const isNew = ({ id }: Person) => id !== me && !known.has(id);
  const people = search.people
    .filter(isNew)
    .map(
      ({ id, name }): Choice => ({ id, name: name ?? id, isPerson: true, user: id, picture: pictureOf(id) }),
    );
  const shown = [...others, ...found.filter(({ id }) => id === current)].slice(0, MAX_SHOWN);
  const mayLoad =
    query !== '' && hasMore && !loading && rooms.length < MAX_LOADED && others.length < MAX_SHOWN;
  useEffect(() => {
    if (mayLoad) void loadMore();
  }, [mayLoad, rooms.length]);
  return {
    choices: [...shown, ...(query === '' ? [] : people)],
    isComplete: search.isCurrent && !(loading && query !== ''),
    error: search.error,
  };
}

function ChoiceContent({ choice }: { readonly choice: Choice }) {
  const { id, user, name, picture, isPerson, unread = 0 } = choice;
  const online = usePresenceOfAll().get(user ?? '')?.status === 'online';
  const note = isPerson ? laterTexts().switcher.startChat : unread > 0 ? texts().rooms.unread(unread) : '';
  return (
    <>
      <Avatar id={user ?? id} name={name} picture={picture} group={user === undefined} online={online} />
      <span>
        <bdi class="person-name">{name}</bdi>
        {note ? <span class="person-note">{note}</span> : null}
      </span>
    </>
  );
}

/**
 * Opens a room by its name, or starts a direct room with a person. Without a text, it offers the rooms with the latest
 * messages, so that Enter returns to the previous room.
 */
export function RoomSwitcher({ onClose }: { readonly onClose: () => void }) {
  const client = useChatClient();
  const { open } = useNavigation();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const { error, run } = useAsyncAction();
  const list = useId();
  const query = text.trim();
  const { choices, isComplete, error: searchError } = useChoices(query);
  const index = Math.min(active, choices.length - 1);
  const words = laterTexts().switcher;

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    void run(async () => {
      const room = choice.isPerson
        ? await client.createRoom({ kind: 'direct', members: [choice.id] })
        : choice;
      if (choice.isPerson) void client.roomList.reload();
      onClose();
      open(String(room.id));
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive((index + step + choices.length) % choices.length || 0);
    else if (event.key === 'Enter') choose(choices[index]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <label class="field">
        <span class="unseen">{words.field}</span>
        <input
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={choices.length > 0}
          aria-controls={list}
          aria-activedescendant={choices[index] && `${list}-${index}`}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={128}
          placeholder={words.field}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <Options id={list} class="switcher-options" label={words.results} hidden={choices.length === 0}>
        {choices.map((choice, position) => (
          <Option
            key={`${choice.isPerson} ${choice.id}`}
            id={`${list}-${position}`}
            selected={position === index}
            onChoose={() => choose(choice)}
          >
            <ChoiceContent choice={choice} />
          </Option>
        ))}
      </Options>
      <p class="hint" role="status">
        {choices.length > 0 || !isComplete ? '' : errorText(searchError) || words.none}
      </p>
      <ErrorText>{error}</ErrorText>
    </Dialog>
  );
}
