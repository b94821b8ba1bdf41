import { deferred } from '../load-later.tsx';
import { language } from '../texts/language.ts';
import { loadEmoji } from './emoji-list.ts';

/** All emoji, which load when the user opens them. The data loads at the same time as the panel. */
export const { Deferred: DeferredPanel } = deferred(async () => {
  loadEmoji(language().code).catch(() => {});
  return await import('./emoji-panel.tsx');
});
