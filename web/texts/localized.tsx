import { type ComponentChildren, Fragment } from 'preact';
import { useSyncExternalStore } from '../react.ts';
import { language, onLanguage } from './language.ts';

/** Returns the language of the page, and renders the component again when it changes. */
const useLanguage = () => useSyncExternalStore(onLanguage, language);

interface LocalizedProps {
  readonly children: ComponentChildren;
}

/** Mounts its content anew after each change of the language, so that no part of it keeps texts of the previous one. */
export function Localized({ children }: LocalizedProps) {
  return <Fragment key={useLanguage().code}>{children}</Fragment>;
}

/** Like `Localized`, but sets language and direction on an element: a web component must not change its page. */
export function LocalizedElement({ children }: LocalizedProps) {
  const { code, locale, direction } = useLanguage();
  return (
    <div key={code} class="localized" lang={locale} dir={direction}>
      {children}
    </div>
  );
}
