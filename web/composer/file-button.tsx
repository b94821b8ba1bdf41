import { useRef } from 'preact/hooks';
import { texts } from '../texts/texts.ts';
import { IconButton } from '../ui/buttons.tsx';

interface FileButtonProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Lets the user choose files. */
export function FileButton({ disabled, onFiles }: FileButtonProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        aria-hidden="true"
        multiple
        class="unseen"
        tabIndex={-1}
        aria-label={texts().composer.file}
        onChange={(event) => {
          const input = event.currentTarget as HTMLInputElement;
          onFiles([...(input.files ?? [])]);
          input.value = '';
        }}
      />
      <IconButton
        icon="paperclip"
        label={texts().composer.attach}
        disabled={disabled}
        onClick={() => picker.current?.click()}
      />
    </>
  );
}
