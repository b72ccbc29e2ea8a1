// Rotation in the directory: which replacements a version may tell, and which key of a line signs at a time.
import { describe, expect, test } from 'vitest';
import { parseDirectory, type Directory, type SignerKey } from '../../../core/directory/directory.ts';
import { signingKey, standsIn, successorOf } from '../../../core/directory/succession.ts';
import { softKey } from '../../support/keys.ts';
import { makeWorld } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const AT = '2026-11-23T12:00:00.000Z';
const BEFORE = '2026-11-01T00:00:00Z';
const AFTER = '2026-12-01T00:00:00Z';

/** A key in the place of another, as it, with what is said. */
const follow = (next: Directory, old: string, name: string, change: Partial<SignerKey> = {}): void => {
  const key = next.keys.find((k) => k.name === old)!;
  next.keys.push({ ...structuredClone(key), name, key: softKey().key, replaces: old, ...change });
};
const state = (next: Directory, name: string, change: Partial<SignerKey>): void =>
  void Object.assign(
    next.keys.find((k) => k.name === name)!,
    change,
  );
const changed = (change: (next: Directory) => void): Directory => {
  const next = structuredClone(world.directory);
  change(next);
  return parseDirectory(next);
};
const rotated = (more: (next: Directory) => void = () => undefined): Directory =>
  changed((next) => {
    state(next, 'file:release', { state: 'retiring' });
    follow(next, 'file:release', 'file:release-2', { state: 'active' });
    more(next);
  });

describe('a replacement', () => {
  test('is told by the new key; none is said by leaving it out', () => {
    expect(successorOf(rotated(), 'file:release')?.name).toBe('file:release-2');
    expect(successorOf(world.directory, 'file:release')).toBeUndefined();
    expect(() => rotated((d) => Object.assign(d.keys[0]!, { replaces: null }))).toThrowCode('schema');
  });

  test.each<[string, (d: Directory) => void]>([
    ['of a key that is not there', (d) => state(d, 'file:release-2', { replaces: 'file:none' })],
    ['of itself', (d) => state(d, 'file:release-2', { replaces: 'file:release-2', state: 'retiring' })],
    ['of an approval-only key', (d) => state(d, 'file:release-2', { replaces: 'file:release-approved' })],
    ['of a key of another use', (d) => state(d, 'file:release-2', { replaces: 'file:attestation' })],
    [
      "of an officer's key by nobody's",
      (d) => follow(d, world.held, 'file:held-2', { holder: null, state: 'pending' }),
    ],
    ['beside another', (d) => follow(d, 'file:release', 'file:release-3', { state: 'retiring' })],
    ['of one that is still active', (d) => state(d, 'file:release', { state: 'active' })],
    ['of one that never began', (d) => state(d, 'file:release', { state: 'pending' })],
    [
      'in a circle',
      (d) => {
        state(d, 'file:release-2', { state: 'retiring' });
        state(d, 'file:release', { replaces: 'file:release-2' });
      },
    ],
  ])('%s is refused', (_name, change) => {
    expect(() => rotated(change)).toThrowCode('directory_invalid');
  });

  test.each(['pending', 'retiring', 'revoked', 'compromised'] as const)(
    'by a key that is %s may be told while the old one goes on',
    (next) => {
      const directory = rotated((d) => {
        state(d, 'file:release-2', { state: next });
        state(d, 'file:release', { state: 'active' });
      });
      expect(signingKey(directory, 'file:release', AT)?.name).toBe('file:release');
    },
  );
});

describe('what signs', () => {
  const name = (directory: Directory, at?: string, asked = 'file:release') =>
    signingKey(directory, asked, at)?.name;

  test('the newest active one of the line', () => {
    const twice = rotated((d) => {
      state(d, 'file:release-2', { state: 'retiring' });
      follow(d, 'file:release-2', 'file:release-3', { state: 'active' });
    });
    expect([name(rotated()), name(twice), name(twice, AT), name(twice, AT, 'file:release-2')]).toEqual([
      'file:release-2',
      'file:release-3',
      'file:release-3',
      'file:release-3',
    ]);
    expect(() => name(twice, AT, 'file:none')).toThrowCode('key_unknown');
  });

  test('the retiring one while the window of the next lies ahead, and nobody behind its own', () => {
    const ahead = rotated((d) => state(d, 'file:release-2', { notBefore: AFTER }));
    expect([name(ahead, AT), name(ahead, AFTER)]).toEqual(['file:release', 'file:release-2']);
    const none = rotated((d) => {
      state(d, 'file:release-2', { notBefore: AFTER });
      state(d, 'file:release', { notAfter: BEFORE });
    });
    expect(name(none, AT)).toBeUndefined();
    const alone = changed((d) => state(d, 'file:release', { state: 'retiring' }));
    expect([name(alone), name(alone, AT)]).toEqual([undefined, undefined]);
  });

  test('a key that replaces a sibling stands in as it did; one that was asked for by name stays guarded', () => {
    const directory = changed((d) => {
      state(d, 'file:release-approved', { state: 'retiring' });
      follow(d, 'file:release-approved', 'file:release-approved-2', { state: 'active' });
      state(d, world.held, { state: 'retiring' });
      follow(d, world.held, 'file:held-2', { state: 'active' });
    });
    expect(
      ['file:release-approved', 'file:release-approved-2', world.held, 'file:held-2'].map((one) =>
        standsIn(directory, one),
      ),
    ).toEqual([true, true, false, false]);
  });
});
