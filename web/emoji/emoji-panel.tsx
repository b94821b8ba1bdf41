import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useChatClient } from '../../client/react/index.ts';
import { language } from '../texts/language.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { isComposing } from '../ui/keys.ts';
import { EmojiGrid, type EmojiSection, setTabStop } from './emoji-grid.tsx';
import { type Emoji, loadEmoji, searchEmoji } from './emoji-list.ts';
import { emojiPreferences, rememberEmoji, setTone } from './emoji-preferences.ts';
import { supportOf } from './emoji-support.ts';
import { TONES, withTone } from './tones.ts';
import { moveInToolbar } from './toolbar.ts';

/** One emoji of each group, for the buttons that go to the groups. */
const groupSigns = ['😀', '👋', '🐻', '🍎', '🚗', '⚽', '💡', '❤️', '🏁'];
const RECENT_SIGN = '🕒';
const TONE_SIGN = '✋';

/** Loads the emoji in the language of the page. */
function useEmoji() {
  const [groups, setGroups] = useState<Awaited<ReturnType<typeof loadEmoji>>>();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    loadEmoji(language().code).then(setGroups, () => setFailed(true));
  }, []);
  return { groups, hasFailed };
}

/** Returns the emoji that the browser can show, in sections: the recent ones first, or those that match the query. */
function useSections(query: string): {
  readonly sections?: readonly EmojiSection[];
  readonly hasFailed: boolean;
} {
  const { groups, hasFailed } = useEmoji();
  const client = useChatClient();
  const { recent } = useRef(emojiPreferences(client)).current;
  const sections = useMemo(() => {
    if (!groups) return undefined;
    const texts = laterTexts().emoji;
    const all = groups.flat();
    const isSupported = supportOf(all);
    const supported = ({ version }: Emoji) => isSupported(version);
    if (query.trim()) return [{ name: '', emoji: searchEmoji(all.filter(supported), query) }];
    const named = new Map(
      all.flatMap((each) =>
        Array.from(
          { length: each.hasTones ? TONES : 1 },
          (_, tone) => [withTone(each.emoji, tone), each] as const,
        ),
      ),
    );
    const recentEmoji = recent.flatMap((emoji): Emoji[] => {
      const known = named.get(emoji);
      return known ? [{ ...known, emoji, hasTones: false }] : [];
    });
    const sections = groups.map((group, index) => ({
      name: texts.groups[index] ?? '',
      emoji: group.filter(supported),
    }));
    return recentEmoji.length > 0 ? [{ name: texts.recent, emoji: recentEmoji }, ...sections] : sections;
  }, [groups, query]);
  return { ...(sections && { sections }), hasFailed };
}

interface ToneProps {
  readonly tone: number;
  readonly onChange: (tone: number) => void;
}

function ToneChoice({ tone, onChange }: ToneProps) {
  const texts = laterTexts().emoji;
  return (
    <fieldset class="emoji-tones">
      <legend class="unseen">{texts.tone}</legend>
      {texts.tones.map((name, index) => (
        <label key={name} title={name}>
          <input
            type="radio"
            name="emoji-tone"
            aria-label={name}
            checked={index === tone}
            onChange={() => onChange(index)}
          />
          <span aria-hidden="true">{withTone(TONE_SIGN, index)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The buttons that go to the groups. Arrow keys move between them. */
function GroupButtons({
  sections,
  onGo,
}: {
  sections: readonly EmojiSection[];
  onGo: (index: number) => void;
}) {
  const signs = sections.length > groupSigns.length ? [RECENT_SIGN, ...groupSigns] : groupSigns;
  return (
    <div
      class="emoji-groups"
      role="toolbar"
      aria-label={laterTexts().emoji.groupButtons}
      onKeyDown={moveInToolbar}
    >
      {sections.map(({ name }, index) => (
        <button
          key={name}
          type="button"
          tabIndex={index === 0 ? 0 : -1}
          aria-label={name}
          title={name}
          onClick={() => onGo(index)}
        >
          {signs[index]}
        </button>
      ))}
    </div>
  );
}

interface PanelProps {
  /** Called with the chosen emoji. `more` is true if the user wants to choose others too, with the Shift key. */
  readonly onChoose: (emoji: string, more: boolean) => void;
}

/** All emoji, with a search. */
export function EmojiPanel({ onChoose }: PanelProps) {
  const [query, setQuery] = useState('');
  const client = useChatClient();
  const [tone, showTone] = useState(emojiPreferences(client).tone);
  const [isToneOpen, setToneOpen] = useState(false);
  const [pointed, setPointed] = useState('');
  const { sections, hasFailed } = useSections(query);
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const texts = laterTexts().emoji;
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const firstCell = () => panel.current?.querySelector<HTMLElement>('[role=gridcell]');
  useLayoutEffect(() => {
    // On a touch screen, the keyboard would cover the emoji.
    if (!isTouch) field.current?.focus();
  }, []);
  const choose = (emoji: string, more: boolean) => {
    rememberEmoji(client, emoji);
    onChoose(emoji, more);
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    if (event.key === 'ArrowDown') firstCell()?.focus();
    else if (query.trim()) firstCell()?.click();
  };
  const goTo = (index: number) => {
    const grid = panel.current?.querySelector('[role=grid]');
    const group = grid?.querySelectorAll('[role=rowgroup]')[index];
    if (!grid || !group) return;
    group.scrollIntoView({ block: 'start' });
    setTabStop(grid, group.querySelector<HTMLElement>('[role=gridcell]') ?? undefined);
  };
  const found = query.trim() ? (sections?.[0]?.emoji.length ?? 0) : undefined;
  return (
    <div ref={panel} class="emoji-panel">
      <div class="emoji-search">
        <input
          ref={field}
          type="text"
          enterkeyhint="done"
          autocomplete="off"
          dir="auto"
          aria-label={texts.search}
          placeholder={texts.search}
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          onKeyDown={onSearchKey}
        />
        <button
          type="button"
          class="emoji-tone"
          aria-label={`${texts.tone}: ${texts.tones[tone] ?? ''}`}
          title={texts.tone}
          aria-expanded={isToneOpen}
          onClick={() => setToneOpen(!isToneOpen)}
        >
          {withTone(TONE_SIGN, tone)}
        </button>
      </div>
      {isToneOpen ? (
        <ToneChoice
          tone={tone}
          onChange={(tone) => {
            setTone(client, tone);
            showTone(tone);
          }}
        />
      ) : null}
      {sections && found === undefined ? <GroupButtons sections={sections} onGo={goTo} /> : null}
      {sections && found !== 0 ? (
        <EmojiGrid
          label={texts.label}
          sections={sections}
          tone={tone}
          onChoose={choose}
          onPoint={setPointed}
          onLeave={() => field.current?.focus()}
        />
      ) : (
        <p class="emoji-empty" role={hasFailed ? 'alert' : undefined}>
          {hasFailed ? texts.failed : found === 0 ? texts.none : texts.loading}
        </p>
      )}
      <p class="emoji-pointed" aria-hidden="true">
        {pointed}
      </p>
      <p class="unseen" role="status">
        {found === undefined ? '' : texts.found(found)}
      </p>
    </div>
  );
}
