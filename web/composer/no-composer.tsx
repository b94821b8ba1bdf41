import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ChatClientError } from '../../client/index.ts';
import { UnblockButton } from '../people/blocked-people.tsx';
import { type DraftState, joinLines } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { type RoomDraft, useDraft } from '../room/room-draft.ts';
import { type NameOf, useNames } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Button } from '../ui/buttons.tsx';
import { rememberFocus } from '../ui/focus.ts';
import { joinNames, shortTime } from '../ui/format.ts';
import { useNotice } from '../ui/use-notice.ts';
import type { WriteBlock } from './write-block.ts';

/** Returns the texts of a draft that only the composer shows. The timeline shows the messages that were refused. */
const unsentText = ({ attachments, text, editedText = '' }: DraftState): string =>
  joinLines(...attachments.map(({ caption }) => caption), text, editedText);

/** Returns the names of the files that only the composer shows. */
const unsentFiles = ({ attachments }: DraftState): string =>
  attachments.map(({ file }) => file.name).join('\n');

/** Discards these texts and files, and cancels the uploads. */
function discardUnsent(draft: RoomDraft): void {
  for (const { id } of draft.state.attachments) draft.uploads?.remove(id);
  draft.setTarget(undefined);
  draft.setText('');
}

/** What the user was about to send when the composer went away. They can copy the text, and discard all. */
function UnsentText() {
  const { draft } = useRoomContext();
  const text = useDraft(draft, unsentText);
  const files = useDraft(draft, unsentFiles);
  const box = useRef<HTMLTextAreaElement>(null);
  const [outcome, setOutcome] = useNotice<'copied' | 'notCopied'>();
  const { messageActions, profile, writing } = laterTexts();
  useLayoutEffect(() => {
    // The message box had the focus. Otherwise a keyboard user would have to start at the top of the page.
    if (document.activeElement === document.body) box.current?.focus();
  }, []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // A browser may block the clipboard. The user can copy the selected text.
      box.current?.select();
      setOutcome('notCopied');
    }
  };
  const discard = () => {
    const restoreFocus = box.current && rememberFocus(box.current);
    discardUnsent(draft);
    restoreFocus?.();
  };
  if (!text && !files) return null;
  return (
    <div class="unsent">
      {text ? (
        <label class="field">
          <span>{writing.unsent}</span>
          <textarea ref={box} class="prose" readOnly rows={2} dir="auto" value={text} />
        </label>
      ) : null}
      {files ? <p class="unsent-files">{writing.unsentFiles(joinNames(files.split('\n')))}</p> : null}
      {text ? (
        <Button
          kind="text-button"
          label={outcome === 'copied' ? profile.copied : profile.copy}
          onClick={() => void copy()}
        />
      ) : null}
      <Button kind="text-button" label={messageActions.discard} onClick={discard} />
      <p role="status">{outcome === 'notCopied' ? writing.notCopied : ''}</p>
    </div>
  );
}

function reasonText(block: WriteBlock, nameOf: NameOf): string {
  const { writing } = laterTexts();
  switch (block.reason) {
    case 'blocked':
      return laterTexts().blocking.blocked(nameOf(block.user));
    case 'muted':
      return writing.mutedUntil(shortTime(block.until));
    default:
      return writing[block.reason];
  }
}

function BackLink() {
  return (
    <a class="text-button" {...useNavigation().linkTo()}>
      {texts().room.back}
    </a>
  );
}

interface NoComposerProps {
  /** Why the room is refused. */
  readonly error: ChatClientError | undefined;
  /** Why the user cannot write in a room that is not refused. */
  readonly block: WriteBlock | undefined;
}

/** Stands in place of the composer: says why the user cannot write, and shows their unsent text. */
export function NoComposer({ error, block }: NoComposerProps): ComponentChildren {
  const nameOf = useNames();
  if (error) {
    return (
      <div class="refused-note">
        <p role="alert">{errorText(error)}</p>
        <BackLink />
        <UnsentText />
      </div>
    );
  }
  return block ? (
    <div class="write-block">
      <p role="status">{reasonText(block, nameOf)}</p>
      {block.reason === 'blocked' ? <UnblockButton user={block.user} /> : null}
      <UnsentText />
    </div>
  ) : null;
}
