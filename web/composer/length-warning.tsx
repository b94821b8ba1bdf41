import { MAX_LENGTH } from '../room/draft-state.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { ErrorText } from '../ui/buttons.tsx';

/** Says by how many characters the text of the message box is too long. */
export const LengthWarning = ({ excess }: { readonly excess: number }) => (
  <ErrorText>{laterTexts().writing.tooLong(MAX_LENGTH, excess)}</ErrorText>
);
