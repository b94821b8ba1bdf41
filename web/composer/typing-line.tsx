import type { Room } from '../../client/index.ts';
import { useTyping } from '../../client/react/index.ts';
import { useDirectory } from '../rooms/directory.ts';
import { listed } from '../ui/format.ts';
import { useHeld } from './use-held.ts';

/** Who types, or that one has to wait. Its line is always there, so that nothing jumps. */
export function TypingLine({ room }: { readonly room: Room }) {
  const typers = useTyping(room);
  const held = useHeld(room);
  const directory = useDirectory();
  const names = typers.map((id) => directory.name(id));
  if (held > 0) {
    return (
      <p class="typing held">
        <span role="alert">Slow down: your messages go out </span>
        {/* Read out once, and not each second. */}
        <span aria-hidden="true">in {held} s</span>
      </p>
    );
  }
  return (
    <p class="typing" aria-live="polite">
      {names.length > 0 ? `${listed(names)} ${names.length === 1 ? 'is' : 'are'} typing…` : ''}
    </p>
  );
}
