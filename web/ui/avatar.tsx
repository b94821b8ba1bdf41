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
  /** Whether the avatar is a square, as for a group, instead of a circle. */
  readonly group?: boolean;
  readonly online?: boolean;
}

/** Shows a name's initials on a colour that depends on the id. */
export function Avatar({ id, name, group = false, online = false }: AvatarProps) {
  const letters = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('');
  return (
    <span class={`avatar hue-${hueOf(group ? `#${id}` : id)}${group ? ' group' : ''}`} aria-hidden="true">
      {letters.toUpperCase()}
      {online ? <span class="online-dot" /> : null}
    </span>
  );
}
