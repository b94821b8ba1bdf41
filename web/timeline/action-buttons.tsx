import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useRoomContext } from '../room/room-context.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Button, IconButton } from '../ui/buttons.tsx';
import { useNotice } from '../ui/use-notice.ts';
import type { Entry } from './entry.ts';
import { MessageMenu } from './message-menu.tsx';

/**
 * Moves the buttons into the visible part of the timeline, unless their message is outside of it. Buttons that have no
 * space above the bubble go below it, or onto it if there is no space either.
 */
function moveIntoView(buttons: HTMLElement, timeline: Element): void {
  buttons.style.translate = '';
  const view = timeline.getBoundingClientRect();
  const bubble = buttons.parentElement?.getBoundingClientRect();
  const { top, bottom, height } = buttons.getBoundingClientRect();
  if (!bubble || bubble.bottom <= view.top || bubble.top >= view.bottom) return;
  const isAbove = bottom <= bubble.top + 1;
  let move = 0;
  if (top < view.top) {
    const fitsBelow = isAbove && bubble.bottom + height <= view.bottom;
    move = (fitsBelow ? bubble.bottom : view.top) - top;
  } else if (bottom > view.bottom) move = Math.max(view.bottom - bottom, view.top - top);
  if (move !== 0) buttons.style.translate = `0 ${move}px`;
}

/** Keeps the buttons in the visible part of the timeline, even while it scrolls. */
function useKeptInView(buttons: RefObject<HTMLElement | null>): void {
  const place = () => {
    const { current } = buttons;
    const timeline = current?.closest('.scroller');
    if (current && timeline) moveIntoView(current, timeline);
  };
  // Each render, because the buttons may be others.
  useLayoutEffect(place);
  // Not after the paint: the timeline may scroll before.
  useLayoutEffect(() => {
    const timeline = buttons.current?.closest('.scroller');
    timeline?.addEventListener('scroll', place, { passive: true });
    addEventListener('resize', place);
    return () => {
      timeline?.removeEventListener('scroll', place);
      removeEventListener('resize', place);
    };
  }, []);
}

/** The buttons of the message that has the pointer or the focus; `children` come first. */
export function ActionButtons({ entry, children }: { entry: Entry; children: ComponentChildren }) {
  const { draft, me, isModerator, canChange, canSend, canPin, show } = useRoomContext();
  const { addressOf } = useNavigation();
  const [menuAnchor, setMenuAnchor] = useState<Element>();
  const [isCopied, setCopied] = useNotice<boolean>();
  const buttons = useRef<HTMLFieldSetElement>(null);
  useKeptInView(buttons);
  const words = laterTexts().messageActions;
  const isOwn = entry.author === me;
  const isSystem = entry.type === 'system';
  const hasMenu = canPin || addressOf !== undefined || !isSystem;
  const setTarget = (kind: 'reply' | 'edit') => draft.setTarget({ kind, entry });
  return (
    <>
      <fieldset ref={buttons} class="actions" aria-label={words.actions}>
        {canChange ? (
          <>
            {children}
            {canSend && !isSystem ? (
              <IconButton icon="reply" label={words.reply} onClick={() => setTarget('reply')} />
            ) : null}
            {isOwn && entry.text ? (
              <IconButton icon="edit" label={words.edit} onClick={() => setTarget('edit')} />
            ) : null}
            {isOwn || isModerator ? (
              <IconButton icon="trash" label={words.delete} onClick={() => show({ kind: 'delete', entry })} />
            ) : null}
          </>
        ) : null}
        {hasMenu ? (
          <IconButton icon="more" label={words.moreActions} popup="menu" onClick={setMenuAnchor} />
        ) : null}
        <span class="copied" role="status">
          {isCopied ? laterTexts().profile.copied : ''}
        </span>
      </fieldset>
      {menuAnchor ? (
        <MessageMenu
          entry={entry}
          anchor={menuAnchor}
          onCopied={() => setCopied(true)}
          onClose={() => setMenuAnchor(undefined)}
        />
      ) : null}
    </>
  );
}

/** Shows why a message was not sent, with buttons to retry or discard it. */
export function FailedButtons({ entry: { key, error } }: { readonly entry: Entry }) {
  const { draft } = useRoomContext();
  const words = laterTexts().messageActions;
  return (
    <div class="failed" role="alert">
      <span>{words.notSent(errorText(error))}</span>
      <Button kind="text-button" label={texts().common.tryAgain} onClick={() => draft.retry(key)} />
      <Button kind="text-button" label={words.discard} onClick={() => draft.discard(key)} />
    </div>
  );
}
