import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Emoji } from './emoji-list.ts';
import { withTone } from './tones.ts';

const COLUMNS = 8;

export interface EmojiSection {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

interface GridProps {
  readonly label: string;
  readonly sections: readonly EmojiSection[];
  /** The skin tone, from 0 to 5. */
  readonly tone: number;
  /** Called with the chosen emoji. `more` is true if the user holds the Shift key. */
  readonly onChoose: (emoji: string, more: boolean) => void;
  /** Called with the name of the emoji at the pointer or the focus. */
  readonly onPoint: (name: string) => void;
  /** Called when the user leaves the grid upwards, or types. */
  readonly onLeave: () => void;
}

function rowsOf(emoji: readonly Emoji[]): readonly (readonly Emoji[])[] {
  const count = Math.ceil(emoji.length / COLUMNS);
  return Array.from({ length: count }, (_, row) => emoji.slice(row * COLUMNS, (row + 1) * COLUMNS));
}

const cellsOf = (element: Element): readonly HTMLElement[] => [
  ...element.querySelectorAll<HTMLElement>('[role=gridcell]'),
];

/** Makes a cell the only one where Tab stops. */
export function setTabStop(grid: Element, cell: HTMLElement | undefined): void {
  for (const other of grid.querySelectorAll('[role=gridcell][tabindex="0"]'))
    other.setAttribute('tabindex', '-1');
  cell?.setAttribute('tabindex', '0');
}

/** Returns the cell to which a key moves; undefined for other keys, and `out` above the first row. */
function moveTarget(
  grid: Element,
  cell: HTMLElement,
  { key, ctrlKey }: KeyboardEvent,
): HTMLElement | 'out' | undefined {
  const row = cell.closest('[role=row]');
  const group = cell.closest('[role=rowgroup]');
  if (!row || !group) return undefined;
  const cells = cellsOf(grid);
  const inRow = cellsOf(row);
  const column = inRow.indexOf(cell);
  const isRtl = getComputedStyle(grid).direction === 'rtl';
  const beside = (step: number) => cells[cells.indexOf(cell) + (isRtl ? -step : step)];
  const vertical = (step: number) => {
    const rows = [...grid.querySelectorAll('[role=row]')];
    const next = rows[rows.indexOf(row) + step];
    if (!next) return step < 0 ? 'out' : undefined;
    const others = cellsOf(next);
    return others[Math.min(column, others.length - 1)];
  };
  const page = (element: Element | null) => (element ? cellsOf(element)[0] : undefined);
  const moves: Record<string, () => HTMLElement | 'out' | undefined> = {
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
    ArrowUp: () => vertical(-1),
    ArrowDown: () => vertical(1),
    Home: () => (ctrlKey ? cells[0] : inRow[0]),
    End: () => (ctrlKey ? cells.at(-1) : inRow.at(-1)),
    PageUp: () => page(group.previousElementSibling),
    PageDown: () => page(group.nextElementSibling),
  };
  const move = moves[key];
  return move ? (move() ?? cell) : undefined;
}

/** The emoji in rows, by group. Tab stops at one of them, and arrow keys move between them. */
export function EmojiGrid({ label, sections, tone, onChoose, onPoint, onLeave }: GridProps) {
  const grid = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = grid;
    if (!current) return;
    current.scrollTop = 0;
    setTabStop(current, cellsOf(current)[0]);
  }, [sections]);
  const onKeyDown = (event: KeyboardEvent) => {
    const { current } = grid;
    const next = current ? moveTarget(current, event.target as HTMLElement, event) : undefined;
    if (next === undefined) {
      const isText = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey;
      // The search field gets the key.
      if (isText || event.key === 'Backspace') onLeave();
      return;
    }
    event.preventDefault();
    if (next === 'out') onLeave();
    else next.focus();
  };
  const cellOf = ({ target }: Event) => (target as Element).closest<HTMLElement>('[role=gridcell]');
  const onPointer = (event: Event) => onPoint(cellOf(event)?.ariaLabel ?? '');
  // A thousand buttons: they have no handlers of their own, and stay as they are while the user moves between them.
  const groups = useMemo(
    () => sections.map((section) => <EmojiGroup key={section.name} section={section} tone={tone} />),
    [sections, tone],
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would need a cell around each button.
    <div
      ref={grid}
      class="emoji-grid"
      role="grid"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const emoji = cellOf(event)?.dataset['emoji'];
        if (emoji) onChoose(emoji, event.shiftKey);
      }}
      onPointerOver={onPointer}
      onFocusIn={(event) => {
        onPointer(event);
        const cell = cellOf(event);
        if (cell && grid.current) setTabStop(grid.current, cell);
      }}
    >
      {groups}
    </div>
  );
}

/** A group of emoji. Its name is empty for the results of a search. */
function EmojiGroup({ section: { name, emoji }, tone }: { section: EmojiSection; tone: number }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would need a cell around each button.
    <div role="rowgroup" aria-label={name || undefined}>
      {name ? (
        <p class="emoji-group" aria-hidden="true">
          {name}
        </p>
      ) : null}
      {rowsOf(emoji).map((row, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a table would need a cell around each button.
        <div key={index} role="row" class="emoji-row" tabIndex={-1}>
          {row.map(({ emoji, name, hasTones }) => {
            const shown = hasTones ? withTone(emoji, tone) : emoji;
            return (
              // biome-ignore lint/a11y/useSemanticElements: a table would need a cell around each button.
              <button
                key={emoji}
                type="button"
                role="gridcell"
                tabIndex={-1}
                aria-label={name}
                data-emoji={shown}
              >
                {shown}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}
