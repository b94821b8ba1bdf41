import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { MentionedText, type MentionedUser, MentionedUsers } from '../mentions/mentioned-text.tsx';
import { texts } from '../texts/texts.ts';
import { IconButton } from '../ui/buttons.tsx';
import { useNotice } from '../ui/use-notice.ts';
import { type Block, type Inline, type ListItem, parseMarkdown } from './markdown.ts';

const tags = { strong: 'strong', emphasis: 'em', strike: 's' } as const;

function inlineNode(part: Inline, key: number): ComponentChildren {
  if (typeof part === 'string') return <MentionedText key={key} text={part} />;
  if (part.kind === 'code') return <code key={key}>{part.text}</code>;
  const Tag = tags[part.kind];
  return <Tag key={key}>{part.children.map(inlineNode)}</Tag>;
}

/** Code with a button that copies it. */
function CodeBlock({ text }: { readonly text: string }) {
  const code = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useNotice<'codeCopied' | 'codeNotCopied'>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('codeCopied');
    } catch {
      // A browser may block the clipboard. The user can copy the selected code.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setOutcome('codeNotCopied');
    }
  };
  const { timeline } = texts();
  return (
    <div class="code-block" dir="ltr">
      <pre>
        <code ref={code}>{text}</code>
      </pre>
      <IconButton
        icon={outcome === 'codeCopied' ? 'sent' : 'copy'}
        label={timeline[outcome ?? 'copyCode']}
        onClick={copy}
      />
      <span class="unseen" role="status">
        {outcome ? timeline[outcome] : ''}
      </span>
    </div>
  );
}

/** A list item. Its number is shown as typed. */
function Item({ number = '•', blocks }: ListItem) {
  const [first, ...others] = blocks;
  const isText = first?.kind === 'text';
  return (
    <li>
      <span class="list-mark">{number}</span> {isText ? first.children.map(inlineNode) : null}
      {(isText ? others : blocks).map(blockNode)}
    </li>
  );
}

function blockNode(block: Block, key: number): ComponentChildren {
  if (block.kind === 'fence') return <CodeBlock key={key} text={block.text} />;
  if (block.kind === 'quote') {
    return (
      <blockquote key={key} dir="auto">
        {block.blocks.map(blockNode)}
      </blockquote>
    );
  }
  if (block.kind === 'list') {
    const Tag = block.items[0]?.number === undefined ? 'ul' : 'ol';
    const items = block.items.map((item, index) => <Item key={index} {...item} />);
    return (
      <Tag key={key} dir="auto">
        {items}
      </Tag>
    );
  }
  return (
    <p key={key} dir="auto">
      {block.children.map(inlineNode)}
    </p>
  );
}

const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');

interface FormattedProps {
  readonly text: string;
  /** The users whom the message mentions. */
  readonly mentioned?: readonly MentionedUser[] | undefined;
}

/**
 * Shows a message with its formatting and its mentions, built as nodes. A copy of the whole message is the text as it was
 * typed.
 */
export function FormattedText({ text, mentioned = [] }: FormattedProps) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const onCopy = (event: ClipboardEvent) => {
    const selected = withoutBlanks(getSelection()?.toString() ?? '');
    if (selected !== withoutBlanks((event.currentTarget as Element).textContent ?? '')) return;
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  return (
    <div class="text formatted" onCopy={onCopy}>
      <MentionedUsers.Provider value={mentioned}>{blocks.map(blockNode)}</MentionedUsers.Provider>
    </div>
  );
}
