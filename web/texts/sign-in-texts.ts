import { englishSignIn } from './english-sign-in.ts';
import { language } from './language.ts';
import { addErrorTexts } from './texts.ts';

/** The texts of the sign-in page. */
export type SignInTexts = typeof englishSignIn;

/** Returns the texts of the sign-in page, in the language of the page. */
export const signInTexts = (): SignInTexts => language().catalogue?.signIn ?? englishSignIn;

addErrorTexts(englishSignIn.errors);
