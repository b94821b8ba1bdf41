import { arabic } from './arabic.ts';
import { arabicLater } from './arabic-later.ts';
import { arabicSignIn } from './arabic-sign-in.ts';
import type { Catalogue } from './language.ts';

export const arabicCatalogue: Catalogue = { texts: arabic, later: arabicLater, signIn: arabicSignIn };
