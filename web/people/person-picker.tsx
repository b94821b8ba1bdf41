import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useChatClient, useUsers } from '../../client/react/index.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { isComposing } from '../ui/keys.ts';
import { Option, Options } from '../ui/option.tsx';
import { type Person, usePeopleSearch } from './use-people-search.ts';

interface PickerProps {
  readonly label: string;
  readonly chosen: readonly Person[];
  readonly onChange: (chosen: readonly Person[]) => void;
  /** Whether a further choice replaces the previous one. */
  readonly single?: boolean;
  readonly required?: boolean;
  /** The ids of people who cannot be chosen, because they are members already. */
  readonly except?: readonly string[];
}

const nobody: readonly string[] = [];

/** Returns the people to choose from: those that the search found, then an invitation with the text as the user id. */
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

function PersonContent({ person: { id, name } }: { readonly person: Person }) {
  const { picker } = laterTexts();
  return (
    <>
      <Avatar id={id} name={name ?? '+'} />
      <span>
        <span class="person-name">{name ?? picker.invite(id)}</span>
        <span class="person-note">{name === undefined ? picker.inviteNote : id}</span>
      </span>
    </>
  );
}

function Chosen({ people, onRemove }: { people: readonly Person[]; onRemove: (person: Person) => void }) {
  if (people.length === 0) return null;
  const { picker } = laterTexts();
  return (
    <ul class="chosen" aria-label={picker.chosen}>
      {people.map((person) => (
        <li key={person.id}>
          <bdi>{person.name ?? picker.invited(person.id)}</bdi>
          <IconButton
            icon="close"
            label={picker.remove(person.name ?? person.id)}
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
  const { picker } = laterTexts();
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
  // The first person found is preselected. An invitation is not, because its id may be mistyped.
  const index = moved < 0 && isCurrent && count > 0 ? 0 : moved;
  const selected = isShown ? options[index] : undefined;

  // A layout effect, because the form can be sent as soon as it shows the choice.
  useLayoutEffect(() => {
    const isEmpty = text.trim() === '' && required && chosen.length === 0;
    const reason = text.trim() === '' ? '' : picker.chooseFromList;
    input.current?.setCustomValidity(isEmpty ? picker.choose : reason);
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
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') move(event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Enter' && selected) choose(selected);
    // Otherwise Escape closes the dialog.
    else if (event.key === 'Escape' && isShown) setOpen(false);
    else return;
    event.preventDefault();
  };

  const optionId = (person: Person) => `${list}-${options.indexOf(person)}`;
  const found = hasMore ? picker.moreResults(count) : picker.results(count);
  const status = count > 0 ? found : picker.noResults;
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
          placeholder={picker.placeholder}
          value={text}
          onInput={(event) => search(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <Options id={list} label={picker.people} hidden={!isShown}>
        {options.map((person) => (
          <Option
            key={person.id}
            id={optionId(person)}
            selected={person === selected}
            onChoose={() => choose(person)}
          >
            <PersonContent person={person} />
          </Option>
        ))}
      </Options>
      <p class="hint" role="status">
        {text.trim() !== '' && isOpen && isCurrent ? error || status : ''}
      </p>
    </div>
  );
}
