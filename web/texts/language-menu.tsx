import { Menu, MenuItem } from '../ui/menu.tsx';
import { language, languages } from './language.ts';
import { texts } from './texts.ts';

interface MenuProps {
  readonly anchor: Element;
  readonly onChoose: (code: string) => void;
  readonly onClose: () => void;
}

/** The languages of the page, by their own names. */
export function LanguageMenu({ anchor, onChoose, onClose }: MenuProps) {
  return (
    <Menu label={texts().common.language} anchor={anchor} onClose={onClose}>
      {Object.entries(languages).map(([code, { name }]) => (
        <MenuItem
          key={code}
          label={name}
          lang={code}
          checked={code === language().code}
          onSelect={() => onChoose(code)}
        />
      ))}
    </Menu>
  );
}
