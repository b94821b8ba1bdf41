import type { Room } from '../client/index.ts';
import { useTyping } from '../client/react/index.ts';
import { useDirectory } from './directory.ts';
import { listed } from './words.ts';

/** Who types. Its line is always there, so that nothing jumps. */
export function TypingLine({ room }: { readonly room: Room }) {
  const typers = useTyping(room);
  const directory = useDirectory();
  const names = typers.map((id) => directory.name(id));
  return (
    <p class="typing" aria-live="polite">
      {names.length > 0 ? `${listed(names)} ${names.length === 1 ? 'is' : 'are'} typing…` : ''}
    </p>
  );
}
