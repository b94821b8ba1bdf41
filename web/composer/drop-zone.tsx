import { laterTexts } from '../texts/later-texts.ts';
import { Icon } from '../ui/icons.tsx';

/** Covers the room while the user drags files over it. */
export const DropZone = ({ isShown }: { readonly isShown: boolean }) => (
  <div class="drop-zone" hidden={!isShown}>
    <p>
      <Icon name="paperclip" />
      {laterTexts().files.dropHere}
    </p>
  </div>
);
