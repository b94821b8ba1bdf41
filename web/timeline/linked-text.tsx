import type { ComponentChild } from 'preact';

const address = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** Text as it was typed; web addresses in it can be followed. Nothing in it becomes markup. */
export function LinkedText({ text }: { readonly text: string }) {
  const parts: ComponentChild[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    parts.push(
      text.slice(from, index),
      <a key={index} href={found} target="_blank" rel="noopener noreferrer">
        {found}
      </a>,
    );
    from = index + found.length;
  }
  parts.push(text.slice(from));
  return (
    <p class="text" dir="auto">
      {parts}
    </p>
  );
}
