import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface OptionProps {
  /** The id that `aria-activedescendant` of the text field names. */
  readonly id: string;
  readonly selected: boolean;
  readonly onChoose: () => void;
  readonly children: ComponentChildren;
}

/** An option of a list below or above a text field, which keeps the focus. The selected option scrolls into view. */
export function Option({ id, selected, onChoose, children }: OptionProps) {
  const option = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) option.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the text field keeps the focus, and handles the keys.
    <div
      ref={option}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      // The focus stays in the text field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {children}
    </div>
  );
}

interface OptionsProps {
  /** The id that `aria-controls` of the text field names. */
  readonly id: string;
  /** What the list has, for screen readers. */
  readonly label: string;
  readonly class?: string;
  readonly hidden?: boolean;
  readonly children: ComponentChildren;
}

/** A list of options for a text field. */
export const Options = ({ id, label, class: further = '', hidden = false, children }: OptionsProps) => (
  <div
    id={id}
    class={`options ${further}`.trim()}
    role="listbox"
    tabIndex={-1}
    aria-label={label}
    hidden={hidden}
  >
    {children}
  </div>
);
