import { Icon, type IconName } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';
import type { RowDeeds } from './row-deeds.ts';

interface ActionsProps {
  readonly entry: Entry;
  readonly mine: boolean;
  /** Whether one may take it away: it is one's own, or one moderates. */
  readonly mayChange: boolean;
  readonly choosing: boolean;
  readonly onChoosing: (choosing: boolean) => void;
  readonly deeds: RowDeeds;
}

interface ActionProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly expanded?: boolean;
}

function Action({ icon, label, onClick, expanded }: ActionProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      {...(expanded !== undefined && { 'aria-expanded': expanded })}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** What can be done about the message under the pointer or the focus. */
export function MessageActions({ entry, mine, mayChange, choosing, onChoosing, deeds }: ActionsProps) {
  return (
    <fieldset class="actions" aria-label="Message actions">
      <Action icon="smile" label="React" expanded={choosing} onClick={() => onChoosing(!choosing)} />
      <Action icon="reply" label="Reply" onClick={() => deeds.reply(entry)} />
      {mine && entry.text ? <Action icon="edit" label="Edit" onClick={() => deeds.edit(entry)} /> : null}
      {mayChange ? <Action icon="trash" label="Delete" onClick={() => deeds.remove(entry)} /> : null}
    </fieldset>
  );
}
