// A key by its name for people, in both languages: how it stands in a list, and in a sentence after "with".
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import { keyTitle } from '../../core/directory/key-title.ts';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import { keyTitleOf, withKeys } from '../../renderer/catalogue/key-title.ts';

function words(language: 'en' | 'de') {
  const intl = createIntl({ locale: language, messages: { en, de }[language] });
  const say = (id: string, values: Readonly<Record<string, string>>) => intl.formatMessage({ id }, values);
  return Object.assign(say, { language });
}

const plain = { use: 'release', approvalOnly: false, holder: null } as const;
const approved = { ...plain, approvalOnly: true };
const inHsm = keyTitle('pkcs11:serial=45c3e2aa4c164d65;id=%01', approved);
const held = keyTitle('pkcs11:token=ana;object=last', { ...approved, holder: 'ana' });
const inFile = keyTitle('file:release', plain);

describe('the name of a key', () => {
  test.each([
    [inHsm, 'approval-only release key in HSM 45c3…', 'Release-Schlüssel (nur mit Freigabe) im HSM 45c3…'],
    [
      held,
      'approval-only release key “last” in HSM ana, held by ana',
      'Release-Schlüssel „last“ (nur mit Freigabe) im HSM ana, gehalten von ana',
    ],
    [inFile, 'release key “release” in a file', 'Release-Schlüssel „release“ in einer Datei'],
    [
      keyTitle('kms:eu/release-2026', plain),
      'release key “release-2026” in the KMS',
      'Release-Schlüssel „release-2026“ im KMS',
    ],
    [keyTitle('pkcs11:id=a', plain), 'release key in an HSM', 'Release-Schlüssel in einem HSM'],
    [
      keyTitle('file:x', undefined),
      'key of unknown kind “x” in a file',
      'Schlüssel unbekannter Art „x“ in einer Datei',
    ],
  ])('of $name', (title, english, german) => {
    expect(keyTitleOf(words('en'), title)).toBe(english);
    expect(keyTitleOf(words('de'), title)).toBe(german);
  });

  test('after "with", one or several', () => {
    expect(withKeys(words('en'), [inHsm])).toBe('the approval-only release key in HSM 45c3…');
    expect(withKeys(words('en'), [inFile, inHsm])).toBe(
      'the release key “release” in a file and the approval-only release key in HSM 45c3…',
    );
    expect(withKeys(words('de'), [inFile, inHsm])).toBe(
      'dem Release-Schlüssel „release“ in einer Datei und dem Release-Schlüssel (nur mit Freigabe) im HSM 45c3…',
    );
  });
});
