import { useEffect, useRef, useState } from 'preact/hooks';
import { Deferred } from '../deferred.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { chooseLanguage } from './page-language.ts';
import { texts } from './texts.ts';

/** Whether the user has just chosen a language. The page is then mounted anew, and its button gets the focus back. */
let isChosen = false;

/** Opens the menu of languages. */
export function LanguageButton() {
  const [anchor, setAnchor] = useState<Element>();
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (isChosen) place.current?.querySelector('button')?.focus();
    isChosen = false;
  }, []);
  const choose = async (code: string) => {
    isChosen = true;
    await chooseLanguage(code);
  };
  return (
    <span class="language-button" ref={place}>
      <IconButton icon="globe" label={texts().common.language} popup="menu" onClick={setAnchor} />
      {anchor ? (
        <Deferred>
          {({ LanguageMenu }) => (
            <LanguageMenu
              anchor={anchor}
              onChoose={(code) => void choose(code)}
              onClose={() => setAnchor(undefined)}
            />
          )}
        </Deferred>
      ) : null}
    </span>
  );
}
