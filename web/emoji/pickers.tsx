import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { laterTexts } from '../texts/later-texts.ts';
import { Icon } from '../ui/icons.tsx';
import { DeferredPanel } from './deferred-panel.tsx';
import { EmojiDialog } from './emoji-dialog.tsx';
import { moveInToolbar } from './toolbar.ts';

const quickEmoji = ['👍', '❤️', '😂', '😮', '😢', '🎉', '👀', '✅'];

interface QuickProps {
  readonly label: string;
  readonly own: (emoji: string) => boolean;
  readonly onChoose: (emoji: string) => void;
  readonly onMore: () => void;
}

/** Eight emoji, and a button for all others. Arrow keys move between them. */
function QuickRow({ label, own, onChoose, onMore }: QuickProps) {
  const row = useRef<HTMLDivElement>(null);
  const { quick, more } = laterTexts().emoji;
  useLayoutEffect(() => row.current?.querySelector('button')?.focus(), []);
  return (
    <div ref={row} class="emoji-quick" role="toolbar" aria-label={label} onKeyDown={moveInToolbar}>
      {quickEmoji.map((emoji, index) => (
        <button
          key={emoji}
          type="button"
          aria-label={quick[index]}
          title={quick[index]}
          aria-pressed={own(emoji)}
          tabIndex={index === 0 ? 0 : -1}
          onClick={() => onChoose(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button type="button" aria-label={more} title={more} tabIndex={-1} onClick={onMore}>
        <Icon name="plus" />
      </button>
    </div>
  );
}

interface QuickPickerProps {
  /** What the emoji is for. */
  readonly label: string;
  /** The message's bubble, which the picker does not cover. */
  readonly anchor: Element;
  /** Whether an emoji is chosen already. */
  readonly own: (emoji: string) => boolean;
  readonly onChoose: (emoji: string) => void;
  readonly onClose: () => void;
}

/** Lets the user choose one of eight emoji, or any other one. */
export function QuickEmojiPicker({ label, anchor, own, onChoose, onClose }: QuickPickerProps) {
  const [isLarge, setLarge] = useState(false);
  return (
    <EmojiDialog label={label} anchor={anchor} isLarge={isLarge} onClose={onClose}>
      {(close) => {
        const choose = (emoji: string) => {
          close();
          onChoose(emoji);
        };
        return isLarge ? (
          <DeferredPanel>{({ EmojiPanel }) => <EmojiPanel onChoose={choose} />}</DeferredPanel>
        ) : (
          <QuickRow label={label} own={own} onChoose={choose} onMore={() => setLarge(true)} />
        );
      }}
    </EmojiDialog>
  );
}

interface EmojiPickerProps {
  /** The button that opens the picker. */
  readonly anchor: Element;
  readonly onChoose: (emoji: string) => void;
  readonly onClose: () => void;
}

/** Lets the user choose any emoji. With the Shift key, the picker stays open. */
export function EmojiPicker({ anchor, onChoose, onClose }: EmojiPickerProps) {
  return (
    <EmojiDialog label={laterTexts().emoji.label} anchor={anchor} isLarge onClose={onClose}>
      {(close) => (
        <DeferredPanel>
          {({ EmojiPanel }) => (
            <EmojiPanel
              onChoose={(emoji, more) => {
                if (!more) close();
                onChoose(emoji);
              }}
            />
          )}
        </DeferredPanel>
      )}
    </EmojiDialog>
  );
}
