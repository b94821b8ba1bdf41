import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useChatClient, useUsers } from '../../client/react/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { pluralize } from '../ui/format.ts';
import { type Person, usePeopleSearch } from './use-people-search.ts';

interface PickerProps {
  readonly label: string;
  readonly chosen: readonly Person[];
  readonly onChange: (chosen: readonly Person[]) => void;
  /** Whether a further choice replaces the one before. */
  readonly single?: boolean;
  readonly required?: boolean;
  /** The ids of people who cannot be chosen, because they are members already. */
  readonly except?: readonly string[];
}

const nobody: readonly string[] = [];

/** Returns the people to choose from: those who were found, and last an invitation of the text as a user id. */
function useOptions(text: string, taken: readonly string[]) {
  const { user: me } = useChatClient();
  const users = useUsers();
  const { people, isCurrent, ...answer } = usePeopleSearch(text);
  const id = text.trim();
  const isFree = (person: Person) => person.id !== me && !taken.includes(person.id);
  // The search may not reach all people whose names the page knows.
  const name = users.get(id)?.name;
  const known = name !== undefined && !people.some((person) => person.id === id) ? [{ id, name }] : [];
  const found = [...known, ...people].filter(isFree);
  const invitation: Person = { id, name: undefined };
  const isUnknown = id !== '' && isCurrent && ![...known, ...people].some((person) => person.id === id);
  const options = isUnknown && isFree(invitation) ? [...found, invitation] : found;
  return { ...answer, isCurrent, options, count: found.length };
}

function Option({
  person,
  ...props
}: {
  person: Person;
  id: string;
  selected: boolean;
  onChoose: () => void;
}) {
  const { id, name } = person;
  const option = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (props.selected) option.current?.scrollIntoView({ block: 'nearest' });
  }, [props.selected]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the text field keeps the focus, and handles the keys.
    <div
      ref={option}
      id={props.id}
      role="option"
      tabIndex={-1}
      aria-selected={props.selected}
      // The focus stays in the text field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.onChoose}
    >
      <Avatar id={id} name={name ?? '+'} />
      <span>
        <span class="person-name">{name ?? `Invite ${id}`}</span>
        <span class="person-note">{name === undefined ? 'They see the room when they sign in.' : id}</span>
      </span>
    </div>
  );
}

function Chosen({ people, onRemove }: { people: readonly Person[]; onRemove: (person: Person) => void }) {
  if (people.length === 0) return null;
  return (
    <ul class="chosen" aria-label="Chosen people">
      {people.map((person) => (
        <li key={person.id}>
          <span>{person.name ?? `${person.id} (invited)`}</span>
          <IconButton
            icon="close"
            label={`Remove ${person.name ?? person.id}`}
            onClick={() => onRemove(person)}
          />
        </li>
      ))}
    </ul>
  );
}

/**
 * A text field that finds people while the user types: a combobox with a list, as in the ARIA Authoring Practices Guide.
 * The chosen people are above it.
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/examples/combobox-autocomplete-list/
 */
export function PersonPicker({
  label,
  chosen,
  onChange,
  single = false,
  required = false,
  except = nobody,
}: PickerProps) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const { options, count, hasMore, error, isCurrent } = useOptions(text, [
    ...except,
    ...chosen.map(({ id }) => id),
  ]);
  const isShown = isOpen && options.length > 0;
  const moved = options.findIndex(({ id }) => id === active);
  // A person who was found is preselected. An invitation is not, because its id may be mistyped.
  const index = moved < 0 && isCurrent && count > 0 ? 0 : moved;
  const selected = isShown ? options[index] : undefined;

  useEffect(() => {
    const isEmpty = text.trim() === '' && required && chosen.length === 0;
    const reason = text.trim() === '' ? '' : 'Choose a person from the list.';
    input.current?.setCustomValidity(isEmpty ? 'Choose a person.' : reason);
  }, [text, required, chosen]);

  const search = (next: string) => {
    setText(next);
    setOpen(true);
    setActive(undefined);
  };
  const choose = (person: Person) => {
    onChange(single ? [person] : [...chosen, person]);
    search('');
  };
  const move = (step: 1 | -1) => {
    setOpen(true);
    const from = step === -1 && index < 0 ? 0 : index;
    if (isShown) setActive(options[(from + step + options.length) % options.length]?.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // An input method uses these keys for its own list.
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') move(event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Enter' && selected) choose(selected);
    // Otherwise Escape closes the dialog.
    else if (event.key === 'Escape' && isShown) setOpen(false);
    else return;
    event.preventDefault();
  };

  const optionId = (person: Person) => `${list}-${options.indexOf(person)}`;
  const status =
    count > 0
      ? `${pluralize(count, 'result')}${hasMore ? '. Type more to see others.' : ''}`
      : 'Nobody found';
  return (
    <div class="picker">
      <Chosen people={chosen} onRemove={(person) => onChange(chosen.filter(({ id }) => id !== person.id))} />
      <label class="field">
        <span>{label}</span>
        <input
          ref={input}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isShown}
          aria-controls={list}
          aria-activedescendant={selected && optionId(selected)}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={128}
          placeholder="Name or user ID"
          value={text}
          onInput={(event) => search(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <div id={list} class="options" role="listbox" tabIndex={-1} aria-label="People" hidden={!isShown}>
        {options.map((person) => (
          <Option
            key={person.id}
            id={optionId(person)}
            person={person}
            selected={person === selected}
            onChoose={() => choose(person)}
          />
        ))}
      </div>
      <p class="hint" role="status">
        {text.trim() !== '' && isOpen && isCurrent ? error || status : ''}
      </p>
    </div>
  );
}
