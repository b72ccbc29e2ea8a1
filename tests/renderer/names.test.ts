// What keys and people are called: from the directory alone, told apart from all others, never more than the bytes say.
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import { namesOf } from '../../core/directory/people.ts';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import type { Words } from '../../renderer/catalogue/words.tsx';
import { keyPlace } from '../../core/directory/key-title.ts';
import { keyWords, type NamedKey } from '../../renderer/rooms/keyWords.ts';
import { dice } from '../pages/fixtures/make.ts';

/** The words of a catalogue without a page. */
function words(locale: 'en' | 'de'): Words {
  const intl = createIntl({ locale, messages: locale === 'en' ? en : de });
  const say = (key: string, values?: Record<string, string | number>) =>
    intl.formatMessage({ id: key }, values as Record<string, string>);
  return Object.assign(say, { language: locale, rich: say, maybe: say }) as unknown as Words;
}

const people = (officer: string) => ({ ana: 'Ana Weiss' })[officer] ?? officer;
const release: NamedKey = { use: 'release', approvalOnly: false, holder: null };
const approval: NamedKey = { ...release, approvalOnly: true };
const held: NamedKey = { ...approval, holder: 'ana' };
const hsm = 'pkcs11:serial=8524aa4c164d657c;id=%45%c3%98%7D%1E%CA%0F%45;type=private';

describe('a key', () => {
  test.each([
    ['en', release, 'Release key, HSM 45c3…'],
    ['en', approval, 'Approval-only key, HSM 45c3…'],
    ['en', held, 'Key of Ana Weiss, HSM 45c3…'],
    ['en', { ...held, holder: 'zoe' }, 'Key of zoe, HSM 45c3…'],
    ['en', { ...release, use: 'log' }, 'Log key, HSM 45c3…'],
    ['en', undefined, 'Key that is not in the directory, HSM 45c3…'],
    ['de', approval, 'Freigabeschlüssel, HSM 45c3…'],
    ['de', held, 'Schlüssel von Ana Weiss, HSM 45c3…'],
  ] as const)('in %s, %j is %s', (locale, key, name) => {
    const said = keyWords(words(locale), hsm, key, [hsm], people);
    expect(said.name).toBe(name);
    expect(said.uri).toBe(hsm);
  });

  test.each([
    ['kms:eu-north-1/release-approved-2026', 'kms', 'release-approved-2026'],
    ['pkcs11:token=vault;object=root%20key', 'hsm', 'root key'],
    ['pkcs11:token=vault;id=%01', 'hsm', '01'],
    ['pkcs11:id=a%00', 'hsm', '6100'],
    ['pkcs11:id=a%00b', 'hsm', '6100…'],
    ['pkcs11:token=vault', 'hsm', 'vault'],
    ['file:release', 'file', 'release'],
    ['kms:a/', 'kms', 'a/'],
    // what is no printable ASCII stays as it is written: no letter from elsewhere, nothing that reorders
    ['pkcs11:object=%e2%80%aeroot%7f%0a', 'hsm', '%e2%80%aeroot%7f%0a'],
    // an attribute of another's value is none
    ['pkcs11:token=object=x;id=%09', 'hsm', '09'],
    ['other:thing', null, 'thing'],
  ])('%s is in %s as %s', (uri, place, tail) => {
    expect(keyPlace(uri, [uri])).toEqual({ place, tail });
  });

  test('is told from those that begin alike or share a label, with no more than that needs', () => {
    const [a, b, c] = ['%45%c3%98%7d', '%45%c3%98%7e', '%45%c4%98%7e'].map((id) => `pkcs11:token=t;id=${id}`);
    const all = [a, b, c] as string[];
    expect(all.map((uri) => keyPlace(uri, all).tail)).toEqual(['45c3987d', '45c3987e', '45c4…']);
    const same = [
      'pkcs11:token=one;object=root',
      'pkcs11:token=two;object=root',
      'pkcs11:object=root%20@%20one',
    ];
    const tails = same.map((uri) => keyPlace(uri, same).tail);
    expect(new Set(tails).size).toBe(3);
    expect(tails[1]).toBe('root @ two');
    const paths = ['kms:eu/release', 'kms:us/release', 'file:release'];
    expect(paths.map((uri) => keyPlace(uri, paths).tail)).toEqual(['eu/release', 'us/release', 'release']);
  });

  test('two hundred directories of keys made to look alike: no two keys of one have one name', () => {
    const roll = dice(3);
    const pick = <T>(of: readonly T[]): T => of[roll(of.length)] as T;
    for (let turn = 0; turn < 200; turn += 1) {
      const made = Array.from({ length: 12 }, () => {
        const id = Array.from({ length: 1 + roll(3) }, () =>
          `%${pick(['45', 'c3', '4'])}`.padEnd(3, '5'),
        ).join('');
        return pick([
          `pkcs11:token=${pick(['a', 'b', 'a%20'])};object=${pick(['root', 'a', 'root%20@%20a', '45c3'])}`,
          `pkcs11:serial=${pick(['a', 'b'])};id=${id}`,
          `pkcs11:token=${pick(['a', 'b'])};object=root;id=${id}`,
          `kms:${pick(['a', 'b'])}/${pick(['root', 'a'])}`,
          `file:${pick(['root', 'a'])}`,
        ]);
      });
      const all = [...new Set(made)];
      const names = all.map((uri) => keyWords(words('en'), uri, release, all, people).name);
      expect(new Set(names).size, all.join('\n')).toBe(all.length);
    }
  });

  test('no requester names it: what is not in the directory is called so, whatever its URI promises', () => {
    const uri = 'file:Release%20key,%20HSM%2045c3';
    expect(keyWords(words('en'), uri, undefined, [hsm], people).name).toMatch(
      /^Key that is not in the directory/,
    );
  });
});

describe('people', () => {
  test('have the directory’s names; who shares one, or bears another’s id as a name, is told by the id too', () => {
    const names = namesOf([
      { id: 'ana', name: 'Ana Weiss' },
      { id: 'ben', name: 'Ben Okafor' },
      { id: 'ben2', name: 'ben okafor ' },
      { id: 'mallory', name: 'Ana' },
      { id: 'zoe', name: 'zoe' },
    ]);
    expect(Object.fromEntries(names)).toEqual({
      ana: 'Ana Weiss',
      ben: 'Ben Okafor (ben)',
      ben2: 'ben okafor  (ben2)',
      mallory: 'Ana (mallory)',
      zoe: 'zoe',
    });
  });
});
