import type { Aim } from '../room/draft.ts';
import { Icon } from '../ui/icons.tsx';

const headOf = ({ kind, name, gone }: Aim): string => {
  if (kind === 'edit') return 'Editing';
  return gone ? 'What you reply to was deleted' : `Replying to ${name}`;
};

/** Which message one answers, or gives another text. */
export function AimBar({ aim, onCancel }: { readonly aim: Aim; readonly onCancel: () => void }) {
  const { text, file } = aim.entry;
  return (
    <div class="aim">
      <Icon name={aim.kind} />
      <p role={aim.gone ? 'alert' : undefined}>
        <strong>{headOf(aim)}</strong>
        <span>{aim.gone ? 'It goes out as a message of its own.' : text || file?.name}</span>
      </p>
      <button
        type="button"
        class="icon-button"
        aria-label={aim.kind === 'edit' ? 'Stop editing' : 'Stop replying'}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
