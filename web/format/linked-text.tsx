import { useNavigation } from '../rooms/navigation.ts';
import { isOnPage, splitLinks } from './links.ts';

/** Goes to the place that the address already names. The browser reports no change of the address. */
function goAgain({ currentTarget }: { readonly currentTarget: HTMLAnchorElement }): void {
  if (currentTarget.href === location.href) dispatchEvent(new Event('hashchange'));
}

/**
 * Shows text as it was typed, with links for web and mail addresses. Markup in it is never interpreted. A link to a room
 * or a message of this page stays in its tab.
 */
export function LinkedText({ text }: { readonly text: string }) {
  const hasAddress = useNavigation().addressOf !== undefined;
  return (
    <>
      {splitLinks(text).map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : hasAddress && isOnPage(part.href, location.href) ? (
          <a key={index} href={part.href} onClick={goAgain}>
            {part.text}
          </a>
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ),
      )}
    </>
  );
}
