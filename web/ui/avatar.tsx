const HUES = 8;

/** The same for the same id on every page. */
function hueOf(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return sum % HUES;
}

interface AvatarProps {
  readonly id: string;
  readonly name: string;
  /** A group's is square, a person's round. */
  readonly group?: boolean;
  readonly online?: boolean;
}

/** First letters in a colour of one's own. */
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
