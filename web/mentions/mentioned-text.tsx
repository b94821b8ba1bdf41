import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { LinkedText } from '../format/linked-text.tsx';
import { findMentions, type Mentionable } from './find-mentions.ts';

/** A user whom a message mentions. */
export interface MentionedUser extends Mentionable {
  /** Whether it is the signed-in user. */
  readonly isOwn: boolean;
}

/** The users whom the message around a `MentionedText` mentions. */
export const MentionedUsers = createContext<readonly MentionedUser[]>([]);

/** Shows text as it was typed, with links, and with the mentions of its message marked. Own mentions look stronger. */
export function MentionedText({ text }: { readonly text: string }) {
  const users = useContext(MentionedUsers);
  if (users.length === 0) return <LinkedText text={text} />;
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const { start, end, people } of findMentions(text, users)) {
    if (start < from) continue;
    const isOwn = users.some((user) => user.isOwn && people.includes(user));
    parts.push(
      <LinkedText key={from} text={text.slice(from, start)} />,
      <bdi key={start} class={isOwn ? 'mention own' : 'mention'}>
        {text.slice(start, end)}
      </bdi>,
    );
    from = end;
  }
  return (
    <>
      {parts}
      <LinkedText text={text.slice(from)} />
    </>
  );
}
