import { useState } from 'preact/hooks';
import { texts } from '../texts/texts.ts';

const HUES = 8;

/** Returns the same hue for the same id on every page. */
function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum % HUES;
}

interface AvatarProps {
  readonly id: string;
  readonly name: string;
  /** The https address of a picture, if there is one. */
  readonly picture?: string | null | undefined;
  /** Whether the avatar is a square, as for a group, instead of a circle. */
  readonly group?: boolean;
  readonly online?: boolean;
}

/** Shows a picture or, without one, a name's initials on a colour that depends on the id. */
export function Avatar({ id, name, picture, group = false, online = false }: AvatarProps) {
  const [broken, setBroken] = useState<string>();
  const letters = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('');
  const isShown = picture && picture !== broken;
  return (
    <span
      class={`avatar hue-${hueOf(group ? `#${id}` : id)}${group ? ' group' : ''}`}
      // CSS shows the letters. As text in the document, they would have to be part of the label of a surrounding button.
      data-letters={isShown ? undefined : letters.toUpperCase()}
      aria-hidden="true"
    >
      {isShown ? (
        <img
          src={picture}
          alt=""
          loading="lazy"
          referrerpolicy="no-referrer"
          onError={() => setBroken(picture)}
        />
      ) : null}
      {online ? <span class="online-dot" /> : null}
    </span>
  );
}

interface AvatarButtonProps extends AvatarProps {
  /** Whether Tab stops at the button. */
  readonly tabStop?: boolean;
  readonly onOpen: (user: string) => void;
}

/** An avatar that opens the user's profile. */
export function AvatarButton({ tabStop = true, onOpen, ...avatar }: AvatarButtonProps) {
  return (
    <button
      type="button"
      class="avatar-button"
      aria-label={texts().room.profileOf(avatar.name)}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => onOpen(avatar.id)}
    >
      <Avatar {...avatar} />
    </button>
  );
}
