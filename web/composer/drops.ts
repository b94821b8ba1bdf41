import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

// This is a part of the first paint: users may paste or drop files before the other parts are loaded.

/** How long files count as dragged after the last `dragover`, in milliseconds. Browsers send it at least twice a second. */
const DRAG_END_MS = 700;

/** A dropped file, or the entry of a dropped folder. */
export type DroppedFile = File | FileSystemEntry;

const events = ['dragover', 'drop'] as const;

/**
 * Returns the pasted files; none if the user pastes a text. Office puts a picture of the copied text beside it. macOS puts
 * the names of copied files beside them.
 */
export function pastedFiles(clipboard: DataTransfer | null): readonly File[] {
  const files = [...(clipboard?.files ?? [])];
  const lines = (clipboard?.getData('text/plain') ?? '').split(/[\r\n]+/);
  const isName = (line: string) => files.some(({ name }) => line.endsWith(name));
  return lines.every((line) => !line.trim() || isName(line)) ? files : [];
}

/** Returns the dropped files and folders, in their order. Only items tell folders from files. */
function droppedFiles({ items }: DataTransfer): readonly DroppedFile[] {
  return [...items].flatMap((item) => {
    // Both methods return null for a dropped text.
    const entry = item.webkitGetAsEntry?.();
    return (entry?.isDirectory ? entry : item.getAsFile()) ?? [];
  });
}

/**
 * Handles files that the user drags over an element or drops there. The browser then does not open them in place of the
 * page. Returns a function that ends this.
 * @param isAllowed whether files can be dropped now
 * @param onFiles called with the files of an allowed drop; undefined while the user drags them
 */
function handleDrags(
  element: EventTarget,
  isAllowed: () => boolean,
  onFiles: (files?: readonly DroppedFile[]) => void = () => {},
): () => void {
  const handle = (event: DragEvent) => {
    const { dataTransfer } = event;
    if (event.defaultPrevented || !dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const allowed = isAllowed();
    dataTransfer.dropEffect = allowed ? 'copy' : 'none';
    if (allowed) onFiles(event.type === 'drop' ? droppedFiles(dataTransfer) : undefined);
  };
  for (const type of events) element.addEventListener(type, handle as EventListener);
  return () => {
    for (const type of events) element.removeEventListener(type, handle as EventListener);
  };
}

/** Refuses files that are dropped beside the room. Call the result to stop that. */
export const refuseDrops = (): (() => void) => handleDrags(globalThis, () => false);

/**
 * Accepts files that are dropped anywhere in the room, unless a dialog is open. Returns whether the user drags files over
 * the room.
 * @param box an element of the room
 * @param disabled whether files can't be attached now, such as during an edit
 */
export function useDrops(
  box: RefObject<Element | null>,
  disabled: boolean,
  onFiles: (files: readonly DroppedFile[]) => void,
): boolean {
  const [isOver, setIsOver] = useState(false);
  // The listeners of the first render call the latest function.
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const pane = box.current?.closest('.room-pane');
    if (!pane) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (isDragged: boolean) => {
      clearTimeout(timer);
      setIsOver(isDragged);
      if (isDragged) timer = setTimeout(show, DRAG_END_MS, false);
    };
    // All dialogs are modal. The root is the page or the shadow root of a web component.
    const isAllowed = () => !disabled && !(pane.getRootNode() as ParentNode).querySelector('dialog[open]');
    const stop = handleDrags(pane, isAllowed, (files) => {
      show(!files);
      if (files) latest.current(files);
    });
    return () => {
      show(false);
      stop();
    };
  }, [disabled]);
  return isOver;
}
