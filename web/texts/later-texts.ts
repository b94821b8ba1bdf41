import { englishLater } from './english-later.ts';
import { language } from './language.ts';
import { addErrorTexts } from './texts.ts';

/** The texts of the parts that load after the first paint. Only such parts may import this file. */
export type LaterTexts = typeof englishLater;

/** Returns the texts of the parts that load later, in the language of the page. */
export const laterTexts = (): LaterTexts => language().catalogue?.later ?? englishLater;

addErrorTexts(englishLater.errors);
