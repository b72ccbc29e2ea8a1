// A key by its name for people, in both languages: on a line of its own, and in a sentence after "with".
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import { keyTitle } from '../../core/directory/key-title.ts';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import { keyTitleOf, withKeys } from '../../renderer/catalogue/key-title.ts';

function words(language: 'en' | 'de') {
  const intl = createIntl({ locale: language, messages: { en, de }[language] });
  const say = (id: string, values?: Readonly<Record<string, string>>) => intl.formatMessage({ id }, values);
  return Object.assign(say, { language });
}

const approved = {
  name: 'pkcs11:serial=45c3e2aa;id=%91%A8%98',
  use: 'release',
  approvalOnly: true,
  holder: null,
} as const;
const keys = [
  approved,
  { ...approved, name: 'pkcs11:token=ana;object=last', holder: 'ana' },
  { ...approved, name: 'file:release', approvalOnly: false },
  { ...approved, name: 'kms:eu/log', use: 'log', approvalOnly: false },
  { ...approved, name: 'kms:eu/word', use: 'attestation', approvalOnly: false },
] as const;
const titles = [...keys.map(({ name }) => name), 'file:stranger'].map((name) => keyTitle(name, keys));

describe('the name of a key', () => {
  test('on a line of its own', () => {
    expect(titles.map((title) => keyTitleOf(words('en'), title))).toEqual([
      'Approval-only key, HSM 91a8…',
      'Key of ana, HSM last',
      'Release key, file release',
      'Log key, KMS log',
      'Attestation key, KMS word',
      'Key that is not in the directory, file stranger',
    ]);
    const german = titles.map((title) => keyTitleOf(words('de'), title));
    expect(german[0]).toMatch(/, HSM 91a8…$/);
    expect(new Set(german).size).toBe(titles.length);
  });

  test('after "with", one or several', () => {
    expect(withKeys(words('en'), titles.slice(0, 1))).toBe('the approval-only key (HSM 91a8…)');
    expect(withKeys(words('en'), titles.slice(0, 2))).toBe(
      'the approval-only key (HSM 91a8…) and the key of ana (HSM last)',
    );
    expect(withKeys(words('de'), titles.slice(0, 2))).toMatch(
      /^dem .* \(HSM 91a8…\) und dem .* \(HSM last\)$/,
    );
  });
});
