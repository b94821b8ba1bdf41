import type { ChatClient, State } from '../../client/index.ts';
import { useClientState } from '../../client/react/index.ts';
import { useUnanswered } from '../timeline/use-entries.ts';
import { counted } from './format.ts';

const waits = (waiting: number): string =>
  waiting === 0
    ? ''
    : ` ${counted(waiting, 'message waits and is', 'messages wait and are')} sent when you are back.`;

function words(state: State, client: ChatClient, waiting: number): string {
  switch (state) {
    case 'connecting':
      return `Connecting…${waits(waiting)}`;
    case 'catching-up':
      return 'Catching up…';
    case 'offline':
      return `You are offline.${waits(waiting)}`;
    case 'refused':
      return client.error?.message ?? 'You are signed out: sign in again.';
    case 'live':
      return '';
    default:
      return state satisfies never;
  }
}

/** How the connection is, where it is not as it should be, and how many messages wait for it in all rooms. */
export function ConnectionBanner({ client }: { readonly client: ChatClient }) {
  const state = useClientState(client);
  const waiting = useUnanswered(client).filter(({ frame }) => frame.action === 'send').length;
  const text = words(state, client, waiting);
  return (
    <div class="banner-place" role="status">
      {text ? <p class={`banner ${state}`}>{text}</p> : null}
    </div>
  );
}
