// Scripts: each rule, with a script that breaks it and nothing else, and the step that is named.
import { describe, expect, test } from 'vitest';
import {
  Act,
  DoStep,
  SCRIPT_TYPE,
  Script,
  needs,
  parseScript,
  type Entry,
  type EndStep,
  type IfStep,
} from '../../../core/ceremony/script.ts';
import { isPublished, published } from '../../../core/ceremony/published.ts';
import { placeAfter, start } from '../../../core/ceremony/walk.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { SCRIPT, playCeremony } from '../../support/ceremony-world.ts';

const shipped = SCRIPT.steps;
const named = (name: string): number => shipped.findIndex((entry) => Object.values(entry)[0] === name);
const withSteps = (steps: readonly unknown[]) => ({ ...SCRIPT, steps });
const edited = (name: string, change: object) =>
  withSteps(shipped.map((entry, at) => (at === named(name) ? { ...entry, ...change } : entry)));
const without = (name: string) => withSteps(shipped.toSpliced(named(name), 1));
const put = (before: string, ...entries: unknown[]) => {
  const at = named(before);
  return withSteps([...shipped.slice(0, at), ...entries, ...shipped.slice(at)]);
};
const ask = (name: string, yes: string, no: string): IfStep => ({
  if: name,
  role: 'operator',
  text: 'Well?',
  see: ['It is well.'],
  yes,
  no,
});
const done: EndStep = { end: 'all-done', outcome: 'done', text: 'Over.' };

const refusalOf = (script: unknown): string => {
  try {
    parseScript(script);
    return 'sound';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

describe('a sound script', () => {
  test('is the one that ships, and it is published as what it is', () => {
    expect(parseScript(SCRIPT)).toEqual(SCRIPT);
    const { name, version } = SCRIPT;
    const digest = digestOf(nodeCrypto, SCRIPT);
    expect(isPublished({ name, version, digest })).toBe(true);
    expect(isPublished({ name, version: 2, digest })).toBe(false);
    expect(isPublished({ name: 'other', version, digest })).toBe(false);
    expect(new Set(published.map((one) => `${one.name} ${one.version}`)).size).toBe(published.length);
  });
  test('may go back, ask, and be left', () => {
    const again = put('endorse', ask('good', 'endorse', 'generate'));
    expect(refusalOf(again)).toBe('sound');
  });
  test('may have no act but presence and words', () => {
    const [gather] = [shipped[named('gather')]!];
    expect(refusalOf(withSteps([gather, shipped[named('read-aloud')]!, done]))).toBe('sound');
  });
});

describe('a rule that is broken', () => {
  test.each<[string, unknown, string]>([
    ['a name twice', edited('publish', { do: 'decide' }), 'decide: the name stands twice'],
    [
      'a signer twice',
      edited('gather', { signers: ['operator', 'witness', 'operator'] }),
      'gather: a signer twice',
    ],
    [
      'signers without the witness',
      edited('check-hsm', { signers: ['operator', 'custodian'] }),
      'check-hsm: its own role and the witness sign every step',
    ],
    [
      'signers without its own role',
      edited('check-hsm', { signers: ['operator', 'witness'] }),
      'check-hsm: its own role and the witness sign every step',
    ],
    ['a witness who acts', edited('publish', { role: 'witness' }), 'publish: a witness does no act'],
    [
      'a presence that not all sign',
      edited('gather', { signers: ['operator', 'witness'] }),
      'gather: everybody signs presence',
    ],
    [
      'words that not all sign',
      edited('read-aloud', { signers: ['operator', 'witness'] }),
      'read-aloud: everybody signs read-words',
    ],
    [
      'a GO TO nowhere',
      withSteps(shipped.map((entry) => ('go to' in entry ? { 'go to': 'nowhere' } : entry))),
      'entry 10: no step nowhere',
    ],
    ['an answer that leads nowhere', edited('right-hsm', { no: 'nowhere' }), 'right-hsm: no step nowhere'],
    [
      'a step that nothing leads to',
      put('wrong-hsm', { ...done, end: 'lost' }),
      'lost: it cannot be reached',
    ],
    [
      'a way past the last entry',
      withSteps([shipped[0]!, shipped[named('read-aloud')]!]),
      'read-aloud: it leads past the last entry',
    ],
    ['a circle', withSteps([shipped[0]!, { 'go to': 'gather' }, done]), 'all-done: it cannot be reached'],
    [
      'a circle of GO TOs beside the way',
      withSteps([ask('in', 'round', 'all-done'), { ...ask('round', 'round', 'round') }, done]),
      'round: it never comes to an END',
    ],
    [
      'an act in two steps',
      put('publish', { ...shipped[named('check-hsm')], do: 'again' }),
      'again: check-hsm stands in two steps',
    ],
    [
      'a key that is made around the presence',
      edited('gather', { act: undefined }),
      'can be reached without presence',
    ],
    [
      'a way around the possession',
      put('possession', ask('skip', 'possession', 'decide')),
      'decide: decide-directory can be reached without prove-possession',
    ],
    ['no endorsement', without('endorse'), 'decide: decide-directory can be reached without endorse-key'],
    [
      'no look at the HSM',
      withSteps(shipped.filter((_, at) => at !== named('check-hsm'))),
      'generate: generate-key can be reached without check-hsm',
    ],
    [
      'a decision after the decision',
      put('publish', ask('good', 'publish', 'decide')),
      'decide: it can be reached after decide-directory',
    ],
    [
      'another key after the decision',
      put('publish', ask('good', 'publish', 'generate')),
      'generate: it can be reached after decide-directory',
    ],
    [
      'an end that was not read aloud',
      put('read-aloud', ask('enough', 'done', 'read-aloud')),
      'done: it can be reached without read-words',
    ],
    [
      'acts after the reading',
      withSteps([shipped[0]!, shipped[named('read-aloud')]!, shipped[named('check-hsm')]!, done]),
      'all-done: it can be reached without read-words',
    ],
    [
      'a key that is not published',
      put('decide', ask('enough', 'read-aloud', 'decide')),
      'done: it can be reached with a key that is not published',
    ],
  ])('%s', (_name, script, told) => {
    const refusal = refusalOf(script);
    expect(refusal).toMatch(/^ceremony_script: /);
    expect(refusal).toContain(told);
  });

  test('every act without what it needs', () => {
    for (const act of Act.options)
      for (const need of needs[act]) {
        const gone = withSteps(shipped.filter((entry) => !('do' in entry && entry.act === need)));
        expect(refusalOf(gone), `${act} without ${need}`).toMatch(/^ceremony_script: .*(without|no step)/);
      }
  });
});

describe('the form', () => {
  const long = 'x'.repeat(601);
  test.each<[string, unknown]>([
    ['another type', { ...SCRIPT, _type: `${SCRIPT_TYPE}2` }],
    ['an unknown member', { ...SCRIPT, note: 'x' }],
    ['no version', { ...SCRIPT, version: 0 }],
    ['a version that is no whole number', { ...SCRIPT, version: 1.5 }],
    ['one entry', withSteps([done])],
    ['65 entries', withSteps(Array.from({ length: 65 }, () => done))],
    ['an entry of two kinds', edited('publish', { end: 'x' })],
    ['an unknown act', edited('publish', { act: 'wipe-hsm' })],
    ['an unknown role', edited('publish', { role: 'auditor' })],
    ['nothing to see', edited('publish', { see: [] })],
    ['too much to see', edited('publish', { see: Array.from({ length: 9 }, () => 'x') })],
    ['an empty text', edited('publish', { text: '' })],
    ['a text too long', edited('publish', { text: long })],
    ['hidden characters', edited('publish', { text: 'Publish\u202e.' })],
    ['two lines', edited('publish', { text: 'Publish.\nSigned by everybody.' })],
    ['a tab', edited('publish', { see: ['a\tb'] })],
    ['blanks around', edited('publish', { text: ' Publish.' })],
    ['a name with blanks', edited('publish', { do: 'pub lish' })],
    ['an answer to a DO', edited('publish', { yes: 'done' })],
    ['__proto__', edited('publish', JSON.parse('{"__proto__": {}}') as object)],
  ])('refuses %s', (name, script) => {
    if (name === '__proto__') {
      const hostile = JSON.parse(
        JSON.stringify(SCRIPT).replace('"do":"publish"', '"do":"publish","__proto__":{"a":1}'),
      ) as unknown;
      expect(() => parseScript(hostile)).toThrowCode('schema');
    } else expect(() => parseScript(script)).toThrowCode('schema');
  });
});

describe('the walk', () => {
  const steps = playCeremony().steps.map(({ step }) => step);
  test('begins at the first step and ends where the script says', () => {
    expect(start(SCRIPT)).toEqual({ at: 'step', step: shipped[0] });
    expect(placeAfter(SCRIPT, steps)).toMatchObject({ at: 'end', end: { end: 'done' } });
    expect(placeAfter(SCRIPT, steps.slice(0, 3))).toMatchObject({ step: { do: 'generate' } });
  });
  test('refuses a step that was not the next, and any after the end', () => {
    expect(() => placeAfter(SCRIPT, steps.slice(1))).toThrowCode('ceremony_order');
    expect(() => placeAfter(SCRIPT, [...steps, steps[0]!])).toThrowCode('ceremony_order');
  });
});

// the schemas are what the published JSON Schema is made of
test('every form is strict', () => {
  const loose: Entry[] = shipped.filter((entry) => DoStep.safeParse({ ...entry, x: 1 }).success);
  expect(loose).toEqual([]);
  expect(Script.safeParse({ ...SCRIPT, x: 1 }).success).toBe(false);
});
