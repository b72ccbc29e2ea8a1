// Whether letters of one word come from scripts that do not belong together, or look like other letters (after UTS 39).
import table from './confusables.json' with { type: 'json' };

/**
 * Limits, so that nobody leans on more than there is: the scripts below are the ones that look like Latin or are met in
 * software names; letters of any other script count as `other`, one script. The table of lookalikes is a hand's pick of
 * some two hundred of UTS 39's six thousand. ASCII lookalikes (l and 1, rn and m) are left to the typeface.
 */
const scripts = [
  ['latin', /\p{Script=Latin}/u],
  ['greek', /\p{Script=Greek}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['armenian', /\p{Script=Armenian}/u],
  ['cherokee', /\p{Script=Cherokee}/u],
  ['hebrew', /\p{Script=Hebrew}/u],
  ['arabic', /\p{Script=Arabic}/u],
  // Written together in one word every day: one group (UTS 39, 5.1).
  ['han', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u],
] as const;

export type ScriptName = (typeof scripts)[number][0] | 'other';

const lookalikes: Readonly<Record<string, string>> = table;
const LETTER = /\p{L}|\p{Nl}/u;
/** Letters that every script borrows, such as the long mark of Japanese. */
const SHARED = /[\p{Script=Common}\p{Script=Inherited}]/u;
const WORD = /[\p{L}\p{Nl}\p{M}\p{N}]+/gu;

function scriptOf(letter: string): ScriptName {
  return scripts.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'other';
}

/** The ASCII character that this one is easily taken for, or null. */
export function lookalikeOf(character: string): string | null {
  return Object.hasOwn(lookalikes, character) ? (lookalikes[character] ?? null) : null;
}

/** `mixed`: one word has letters of two scripts. `confusable`: something could be read as ASCII that is not. */
export function scriptsIn(text: string): { readonly mixed: boolean; readonly confusable: boolean } {
  if (!/[^\p{ASCII}]/u.test(text)) return { mixed: false, confusable: false };
  let mixed = false;
  let confusable = false;
  for (const [word] of text.matchAll(WORD)) {
    const letters = Array.from(word).filter((c) => LETTER.test(c) && !SHARED.test(c));
    const found = new Set(letters.map(scriptOf));
    if (found.size > 1) mixed = true;
    const foreign = letters.filter((c) => c > '\x7f');
    const alike = foreign.filter((c) => lookalikeOf(c) !== null);
    // A whole word of lookalikes, or a lookalike among letters of another script: an honest word is seldom either.
    if (alike.length > 0 && (found.size > 1 || alike.length === letters.length)) confusable = true;
    if (letters.some((c) => c > '\x7f' && lookalikeOf(c) !== null && scriptOf(c) === 'latin'))
      confusable = true;
  }
  for (const c of text) if ((!LETTER.test(c) || SHARED.test(c)) && lookalikeOf(c) !== null) confusable = true;
  return { mixed, confusable };
}
