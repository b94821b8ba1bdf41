import { Icon, type IconName } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';

const words = {
  pending: ['clock', 'Waiting to be sent'],
  send: ['sent', 'Sent'],
  delivered: ['delivered', 'Delivered'],
  read: ['delivered', 'Read'],
} as const satisfies Record<string, readonly [IconName, string]>;

/** How far one's own message has come. */
export function Receipt({ entry }: { readonly entry: Entry }) {
  if (entry.state === 'failed' || entry.state === 'deleted') return null;
  const [icon, label] = words[entry.state === 'pending' ? 'pending' : (entry.status ?? 'send')];
  return (
    <span class={`receipt ${label === 'Read' ? 'read' : ''}`} title={label}>
      <Icon name={icon} />
      <span class="unseen">{label}</span>
    </span>
  );
}
