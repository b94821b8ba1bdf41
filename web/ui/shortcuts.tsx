import { laterTexts } from '../texts/later-texts.ts';
import { Dialog } from './dialog.tsx';

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Lists the keys of the chat. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const { shortcuts: words } = laterTexts();
  const control = isMac() ? '⌘' : words.control;
  const keys: readonly (readonly [what: string, ...keys: string[]])[] = [
    [words.switchRoom, control, 'K'],
    [words.showKeys, '?'],
    [words.send, words.enter],
    [words.newLine, words.shift, words.enter],
    [words.editLast, '↑'],
    [words.cancel, words.escape],
    [words.moveInMessages, '↑', '↓'],
    [words.ends, words.home, words.end],
    [words.actions, words.tab],
  ];
  return (
    <Dialog title={words.title} onClose={onClose}>
      <dl class="shortcuts">
        {keys.map(([what, ...pressed]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
