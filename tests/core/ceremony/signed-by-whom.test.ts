// Who signs, what a step says, and how it was opened: what does not hold there although everybody signed.
import { describe, expect, test } from 'vitest';
import type { Role } from '../../../core/ceremony/script.ts';
import type { CeremonyStep } from '../../../core/ceremony/step.ts';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import { wordsOf } from '../../../core/words/words.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { isAt, refusal } from '../../support/ceremony-refusal.ts';
import { OPENED, SCRIPT, changed, handsOf, playCeremony, type Plot } from '../../support/ceremony-world.ts';
import { softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld } from '../../support/world.ts';

describe('the people', () => {
  const world = makeWorld();
  const hands = handsOf(world);
  const people = (change: (all: { role: Role; officer: string; device: string }[]) => void) => {
    const all = Object.entries(hands).map(([role, { officer, device }]) => ({
      role: role as Role,
      officer,
      device: device.device.id,
    }));
    change(all);
    return { world, opening: { people: all } };
  };
  test.each<[string, Plot]>([
    ['one in two roles', people((all) => Object.assign(all[2]!, { officer: 'ana', device: 'ana-hsm' }))],
    ['one device twice', people((all) => Object.assign(all[2]!, { device: all[0]!.device }))],
    ['two operators', people((all) => Object.assign(all[2]!, { role: 'operator' }))],
    ['a stranger', people((all) => Object.assign(all[2]!, { officer: 'eve' }))],
    ['the device of another', people((all) => Object.assign(all[2]!, { device: 'cai-key' }))],
    [
      'an operator who may not change the directory',
      people((all) => {
        Object.assign(all[0]!, { officer: 'dan', device: 'dan-key' });
        Object.assign(all[2]!, { officer: 'ana', device: 'ana-key' });
      }),
    ],
  ])('%s', (_name, plot) => isAt(plot, '', 'ceremony_person'));

  test('one in two roles, with two devices of their own, who signs as both', () => {
    const { ana, cai } = world.people;
    const twice = { witness: { officer: 'ana', device: ana.hsm } };
    expect(refusal({ world, hands: twice })).toBe('ceremony_person ceremony_person: one person in two roles');
    expect(refusal({ world, hands: { witness: { officer: 'cai', device: cai.key } } })).toBe('it holds');
  });
  test('one who may not change the directory, as operator or custodian, and signs', () => {
    const { ana, dan } = world.people;
    const swapped = {
      operator: { officer: 'dan', device: dan.key },
      witness: { officer: 'ana', device: ana.key },
    };
    expect(refusal({ world, hands: swapped })).toContain('dan may not change the directory');
  });
  test('two in one role', () => {
    const two = people((all) => Object.assign(all[2]!, { role: 'operator' }));
    expect(refusal(two)).toContain('one operator is wanted');
  });

  test('a device that proves no person, as the directory sees it', () => {
    const strict = makeWorld();
    const directory = {
      ...strict.directory,
      change: { ...strict.directory.change, presence: ['touch' as const] },
    };
    expect(refusal({ between: (next) => void (next.change = directory.change) })).toMatch(
      /^ceremony_person .*ben-hsm/,
    );
  });
  test('one who was taken out between opening and decision', () => {
    isAt({ between: (next) => void (next.officers[3]!.devices = []) }, 'step 6 (decide)', 'ceremony_person');
    isAt(
      { quorum: ['ana', 'cai'], between: (next) => void (next.officers[1]!.roles = ['auditor']) },
      'step 6 (decide)',
      'ceremony_person',
    );
  });
  test('one whose device is another now, under the same name', () => {
    const other = softSecurityKey('dan-key');
    const between: NonNullable<Plot['between']> = (next) =>
      void (next.officers[3]!.devices = [other.device, ...next.officers[3]!.devices.slice(1)]);
    isAt({ between }, 'step 6 (decide)', 'ceremony_person');
  });

  test.each<[string, NonNullable<Plot['signers']>]>([
    ['too few', (roles) => roles.slice(0, -1).concat(roles.length === 2 ? roles[0]! : [])],
    ['in another order', (roles) => roles.toReversed()],
    [
      'one role in the place of another',
      (roles) => roles.map((role) => (role === 'witness' ? 'operator' : role)),
    ],
    ['one more than had to', (roles) => [...new Set<Role>([...roles, 'operator', 'custodian', 'witness'])]],
  ])('sign otherwise than the script wants: %s', (_name, signers) => {
    const told = refusal({ signers });
    expect(told).toMatch(/^ceremony_person .*step \d+ \(/);
  });
});

describe('a step', () => {
  const edit = (name: string, change: Partial<CeremonyStep>) => ({
    step: (step: CeremonyStep) => (step.step === name ? { ...step, ...change } : step),
  });
  const zero = `sha256:${'0'.repeat(64)}`;
  test.each<[string, Partial<CeremonyStep>, string]>([
    ['another Signer', { signer: zero }, 'ceremony_step'],
    ['another ceremony', { ceremony: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'ceremony_step'],
    ['another script', { script: zero }, 'ceremony_step'],
    ['another number', { n: 7 }, 'ceremony_order'],
    ['another predecessor', { previous: zero }, 'ceremony_order'],
    ['another name', { step: 'publish' }, 'ceremony_order'],
    ['another text', { text: 'Have lunch.' }, 'ceremony_step'],
    ['other things to see', { see: ['Nothing.'] }, 'ceremony_step'],
    ['a time before the last', { at: OPENED }, 'ceremony_order'],
    [
      'an output of another act',
      { output: { act: 'read-words', digest: zero, words: Array.from({ length: 12 }, () => 'zoo') } },
      'ceremony_output',
    ],
    ['no output', { output: null }, 'ceremony_output'],
  ])('of %s', (_name, change, code) => isAt(edit('generate', change), 'step 3', code));

  test.each<[string, NonNullable<Plot['happens']>[string], string]>([
    ['an exception without a reason', { did: 'exception', reason: '' }, 'ceremony_step'],
    ['an exception with a reason of blanks', { did: 'exception', reason: ' \n' }, 'ceremony_step'],
    ['a stop without a reason', { did: 'stopped', reason: '' }, 'ceremony_step'],
    ['done, with a reason', { did: 'done', reason: 'because' }, 'ceremony_step'],
    ['done, with a blank for a reason', { did: 'done', reason: ' ' }, 'ceremony_step'],
    ['an answer to no question', { did: 'yes' }, 'ceremony_step'],
    [
      'an exception without what the key is',
      { did: 'exception', reason: 'later', bare: true },
      'ceremony_output',
    ],
  ])('that says %s', (_name, what, code) => {
    // the walk itself would refuse it: the step is signed as if it were another, then put in
    const { step } = edit('generate', {
      did: what.did ?? 'done',
      reason: what.reason ?? '',
      ...(what.bare ? { output: null } : {}),
    });
    const everybody: NonNullable<Plot['signers']> = (roles, { did }) =>
      did === 'exception' || did === 'stopped' ? ['operator', 'custodian', 'witness'] : roles;
    isAt({ step, signers: everybody, most: 4 }, 'step 3 (generate)', code);
  });

  test('of words that are not those of the step before', () => {
    const digest = changed('read-words', (made) => void (made.digest = zero));
    const words = changed('read-words', (made) => void made.words.reverse());
    isAt({ output: digest }, 'step 8 (read-aloud)', 'ceremony_output');
    isAt({ output: words }, 'step 8 (read-aloud)', 'ceremony_output');
    const both = changed('read-words', (made) => Object.assign(made, { digest: zero, words: wordsOf(zero) }));
    expect(refusal({ output: both })).toContain(
      'step 8 (read-aloud): read-words: the words of something else',
    );
  });
  test('after the end', () => {
    const { trust, transcript } = playCeremony({ happens: { gather: { did: 'stopped', reason: 'fire' } } });
    const more = { ...transcript, steps: [...transcript.steps, ...transcript.steps] };
    expect(() => verifyTranscript(nodeCrypto, trust, 'real', more)).toThrowCode('ceremony_order');
  });
  test('that is missing at the end', () => {
    for (let most = 0; most < 9; most++) {
      const { trust, transcript } = playCeremony({ most });
      expect(() => verifyTranscript(nodeCrypto, trust, 'real', transcript)).toThrowCode(
        'ceremony_incomplete',
      );
    }
  });
});

describe('the opening', () => {
  test.each<[string, Partial<Parameters<typeof playCeremony>[0] & object>['opening'], string]>([
    ['names another Signer', { signer: `sha256:${'0'.repeat(64)}` }, 'signer_mismatch'],
    ['names a key that is not there', { key: 'file:none' }, 'key_unknown'],
    ['names a key that is no release key', { key: 'file:log' }, 'key_use'],
    [
      'has a script that is not sound',
      { script: { ...SCRIPT, steps: SCRIPT.steps.slice(0, -1) } },
      'ceremony_script',
    ],
    ['has a checkpoint that is none', { checkpoint: 'signer.test/log\n' }, 'checkpoint_invalid'],
  ])('%s', (_name, opening, code) =>
    expect(refusal({ opening: opening!, most: 0 })).toMatch(new RegExp(`^${code} `)),
  );
  test('is later than the first step', () =>
    isAt({ opening: { openedAt: '2026-11-23T12:01:00.001Z' } }, 'step 0 (gather)', 'ceremony_order'));
});
