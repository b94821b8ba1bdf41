import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useMessageBox } from '../composer/message-box.ts';
import { useRoomContext } from '../room/room-context.ts';
import { usePictures } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Option, Options } from '../ui/option.tsx';
import { type MentionQuery, matching, queryAt } from './complete.ts';
import type { Mentionable } from './find-mentions.ts';
import { MentionFinder, mentionable } from './mentioned-users.ts';

const MAX_SHOWN = 8;

/** The events that may move the cursor. */
const cursorEvents = ['input', 'keyup', 'click', 'focus', 'blur'] as const;

interface PersonProps {
  readonly person: Mentionable;
  /** Tells people of the same name apart. */
  readonly note: string | undefined;
}

function Person({ person: { id, name }, note }: PersonProps) {
  const picture = usePictures()(id);
  return (
    <>
      <Avatar id={id} name={name} picture={picture} />
      <span>
        <bdi class="person-name">{name}</bdi>
        {note === undefined ? null : <bdi class="person-note">{note}</bdi>}
      </span>
    </>
  );
}

/**
 * Lists people while the user types an `@` and a part of a name in the message box, which keeps the focus. The arrow keys
 * move the selection, Enter and Tab insert the name, and Escape closes the list.
 */
export function MentionList() {
  const { room, draft, me } = useRoomContext();
  const box = useMessageBox();
  const list = useId();
  const [query, setQuery] = useState<MentionQuery>();
  const [index, setIndex] = useState(0);
  /** The position of the `@` whose list the user has closed. */
  const closedAt = useRef<number | undefined>(undefined);

  /** Returns the mention at the cursor. Reads the message box: keys can arrive faster than the component renders. */
  const currentQuery = (): MentionQuery | undefined => {
    const area = box.element.current;
    const isFocused = area && (area.getRootNode() as Document).activeElement === area;
    if (!isFocused || area.selectionStart !== area.selectionEnd) return undefined;
    const current = queryAt(area.value, area.selectionStart);
    if (current?.start !== closedAt.current) closedAt.current = undefined;
    return closedAt.current === undefined ? current : undefined;
  };
  const optionsOf = (current: MentionQuery | undefined) => {
    const people = current ? mentionable(room).filter(({ id }) => id !== me) : [];
    return matching(current?.text ?? '', people).slice(0, MAX_SHOWN);
  };
  const options = optionsOf(query);
  const selected = options[Math.min(index, options.length - 1)];
  const optionId = (person: Mentionable) => `${list}-${options.indexOf(person)}`;

  const close = ({ start }: MentionQuery) => {
    closedAt.current = start;
    setQuery(undefined);
  };
  const choose = (person: Mentionable, typed: MentionQuery) => {
    close(typed);
    draft.mentionFinder?.choose(person);
    box.insertText(`@${person.name} `, typed);
  };

  useLayoutEffect(() => {
    draft.mentionFinder = new MentionFinder(room);
  }, [draft, room]);

  useLayoutEffect(() => {
    const area = box.element.current;
    if (!area) return undefined;
    const update = () => {
      const next = currentQuery();
      setQuery((before) => {
        if (before?.text !== next?.text || before?.start !== next?.start) setIndex(0);
        return next;
      });
    };
    update();
    for (const name of cursorEvents) area.addEventListener(name, update);
    return () => {
      for (const name of cursorEvents) area.removeEventListener(name, update);
    };
  }, []);

  useLayoutEffect(() =>
    box.onKey((event) => {
      const { key, shiftKey } = event;
      const current = currentQuery();
      const shown = optionsOf(current);
      if (!current || shown.length === 0) return false;
      const at = Math.min(index, shown.length - 1);
      const person = shown[at];
      if (key === 'ArrowDown') setIndex((at + 1) % shown.length);
      else if (key === 'ArrowUp') setIndex((at + shown.length - 1) % shown.length);
      else if (key === 'Escape') close(current);
      else if (person && (key === 'Enter' || key === 'Tab') && !shiftKey) choose(person, current);
      else return false;
      event.preventDefault();
      return true;
    }),
  );

  // The text field is a textarea, which cannot have the role of a combobox.
  const active = selected && optionId(selected);
  useLayoutEffect(() => {
    const area = box.element.current;
    if (!area || active === undefined) return undefined;
    const attributes = {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      'aria-controls': list,
      'aria-activedescendant': active,
    };
    for (const [name, value] of Object.entries(attributes)) area.setAttribute(name, value);
    return () => {
      for (const name of Object.keys(attributes)) area.removeAttribute(name);
    };
  }, [active]);

  const { mentions } = laterTexts();
  const isShared = ({ name }: Mentionable) => options.filter((each) => each.name === name).length > 1;
  return (
    <div class="mention-place">
      {selected && query ? (
        <Options id={list} label={mentions.people}>
          {options.map((person) => (
            <Option
              key={person.id}
              id={optionId(person)}
              selected={person === selected}
              onChoose={() => choose(person, query)}
            >
              <Person person={person} note={isShared(person) ? person.id : undefined} />
            </Option>
          ))}
        </Options>
      ) : null}
      <p class="unseen" role="status">
        {selected ? mentions.results(options.length) : ''}
      </p>
    </div>
  );
}
