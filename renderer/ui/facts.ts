// A difference of two directories in words: which of its facts the sentence says, and which stand under it whole.

/** What the sentences of `fact.*` speak of. */
const said = [
  'officer',
  'device',
  'role',
  'machine',
  'key',
  'caller',
  'witness',
  'member',
  'of',
  'replaced',
] as const;

const nothing: Readonly<Record<string, string>> = Object.fromEntries(said.map((name) => [name, '']));

/** For the sentence: each name that one may have, so that a difference which lacks one is still said. */
export const factValues = (facts: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  ...nothing,
  ...facts,
});

/** What no sentence says. */
export const otherFacts = (facts: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(facts).filter(([name]) => !(name in nothing));
