import type { Page } from 'playwright-core';

/**
 * Returns the faults of a layout that can be measured: controls and text beyond the sides of the screen, text that is
 * cut off without an ellipsis, controls under other elements, and dialogs that are larger than the screen.
 */
export const layoutFaults = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const layers = [...document.querySelectorAll<HTMLElement>('dialog[open]')];
    const root = layers.at(-1) ?? document.body;
    const faults: string[] = [];
    const add = (what: string, element: Element) => {
      const shown = element.getAttribute('aria-label') ?? element.textContent ?? '';
      faults.push(`${what}: ${element.tagName.toLowerCase()}.${element.className} "${shown.slice(0, 60)}"`);
    };
    const isShown = (element: Element) =>
      element.checkVisibility({ opacityProperty: true }) && !element.closest('.unseen');
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    const isControl = (element: Element) => element.matches('button, a, input, select, textarea');
    /** The parts of an element's box that its scrolling ancestors show. */
    const visibleBox = (element: Element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const box = { left, right, top, bottom };
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflowY === 'visible') continue;
        const outer = parent.getBoundingClientRect();
        box.top = Math.max(box.top, outer.top);
        box.bottom = Math.min(box.bottom, outer.bottom);
      }
      return box;
    };
    for (const dialog of layers) {
      const { top, bottom, left, right } = dialog.getBoundingClientRect();
      if (top < -1 || left < -1 || bottom > innerHeight + 1 || right > innerWidth + 1)
        add('A dialog is larger than the screen', dialog);
    }
    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (element instanceof SVGElement || !isShown(element)) continue;
      if (!isControl(element) && !hasText(element)) continue;
      const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(element);
      const box = visibleBox(element);
      if (box.bottom - box.top < 4 || box.top > innerHeight || box.bottom < 0) continue;
      if (box.left < -1 || box.right > innerWidth + 1)
        add('An element is beyond the side of the screen', element);
      const isClipped = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
      if (isClipped && overflowX !== 'auto' && textOverflow !== 'ellipsis' && !isControl(element))
        add('Text is cut off', element);
      const isCut = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 2;
      if (isCut && webkitLineClamp === 'none') add('Text is cut off below', element);
      if (!isControl(element)) continue;
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const top = document.elementFromPoint(x, y);
      if (top && !element.contains(top) && !top.contains(element) && !top.closest('label')?.contains(element))
        if (!top.closest('.to-end, .actions, .options, .suggestion'))
          add(`A control is under ${top.tagName.toLowerCase()}.${top.className}`, element);
    }
    return faults;
  });
