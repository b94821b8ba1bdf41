import { useEffect, useRef, useState } from 'preact/hooks';
import { laterTexts } from '../texts/later-texts.ts';
import { Icon } from '../ui/icons.tsx';

/** How long the zone stays after the last `dragover`, in milliseconds. Browsers send one at least twice a second. */
const DRAG_END_MS = 700;

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/**
 * Returns the pasted files; none if the user pastes a text. Office puts a picture of the copied text beside it. macOS puts
 * the names of copied files beside them.
 */
export function pastedFiles(clipboard: DataTransfer | null): readonly File[] {
  const files = [...(clipboard?.files ?? [])];
  const lines = (clipboard?.getData('text/plain') ?? '')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '');
  const isNames = lines.every((line) => files.some(({ name }) => line.endsWith(name)));
  return isNames ? files : [];
}

/** Returns the dropped files. Leaves folders out, because their bytes can't be read. */
function droppedFiles(transfer: DataTransfer | null): readonly File[] {
  const isFolder = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()?.isDirectory);
  return [...(transfer?.files ?? [])].filter((_, index) => !isFolder[index]);
}

/** Keeps the browser from opening a file that is dropped beside the message box. Call the result to stop that. */
export function refuseDrops(): () => void {
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  };
  addEventListener('dragover', refuse);
  addEventListener('drop', refuse);
  return () => {
    removeEventListener('dragover', refuse);
    removeEventListener('drop', refuse);
  };
}

interface DropZoneProps {
  /** Whether files can't be attached now, such as during an edit. */
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Accepts files that are dropped anywhere in the room, and covers the room while the user drags them over it. */
export function DropZone({ disabled, onFiles }: DropZoneProps) {
  const marker = useRef<HTMLDivElement>(null);
  const [isOver, setIsOver] = useState(false);
  // The listeners of the first render call the latest function.
  const handle = useRef(onFiles);
  handle.current = onFiles;
  useEffect(() => {
    const pane = marker.current?.closest<HTMLElement>('.room-pane');
    if (!pane) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      setIsOver(false);
    };
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Without this, the browser opens the file in place of the page.
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = disabled ? 'none' : 'copy';
      clearTimeout(timer);
      timer = setTimeout(end, DRAG_END_MS);
      setIsOver(!disabled);
    };
    const onDrop = (event: DragEvent) => {
      end();
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (!disabled) handle.current(droppedFiles(event.dataTransfer));
    };
    pane.addEventListener('dragover', onDragOver);
    pane.addEventListener('drop', onDrop);
    return () => {
      end();
      pane.removeEventListener('dragover', onDragOver);
      pane.removeEventListener('drop', onDrop);
    };
  }, [disabled]);
  return (
    <div ref={marker} class="drop-zone" hidden={!isOver}>
      <p>
        <Icon name="paperclip" />
        {laterTexts().files.dropHere}
      </p>
    </div>
  );
}
