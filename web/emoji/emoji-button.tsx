import { useState } from 'preact/hooks';
import { useMessageBox } from '../composer/message-box.ts';
import { Deferred } from '../deferred.tsx';
import { texts } from '../texts/texts.ts';
import { IconButton } from '../ui/buttons.tsx';

/** The composer's button for emoji. */
export function EmojiButton() {
  const box = useMessageBox();
  const [anchor, setAnchor] = useState<Element>();
  return (
    <>
      <IconButton icon="smile" label={texts().composer.emoji} popup="dialog" onClick={setAnchor} />
      {anchor ? (
        <Deferred>
          {({ EmojiPicker }) => (
            <EmojiPicker
              anchor={anchor}
              onChoose={(emoji) => box.insertText(emoji)}
              onClose={() => setAnchor(undefined)}
            />
          )}
        </Deferred>
      ) : null}
    </>
  );
}
