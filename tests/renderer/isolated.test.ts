// The small catalogues of the authorize document and of the virtual key: same keys, same arguments, none without a use.
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import commonDe from '../../renderer/catalogue/de.json' with { type: 'json' };
import commonEn from '../../renderer/catalogue/en.json' with { type: 'json' };
import de from '../../renderer/isolated/de.json' with { type: 'json' };
import en from '../../renderer/isolated/en.json' with { type: 'json' };
import keyDe from '../../renderer/virtual-key/de.json' with { type: 'json' };
import keyEn from '../../renderer/virtual-key/en.json' with { type: 'json' };
import { headlineClaims } from '../../main/app/acts/headline.ts';
import { checkout } from '../layers/tree.ts';

const argumentsOf = (message: string): string[] =>
  [
    ...new Set([...message.matchAll(/(?<!(?:one|other) )\{(\w+)[,}]/g)].map((match) => match[1] ?? '')),
  ].sort();

/** Keys that a code makes: `now.overtaken.expired`, `count.severity.high`, `said.grant./predicate/count`. */
const made =
  /^(now\.overtaken\.|now\.(pin|touch)\.step\.|failed\.(done|kept|stopping|unsent)$|count\.|said\.|document\.|say\.approve\.|say\.ceremony\.(did\.|generate-key$|prove-possession$|endorse-key$)|act\.ceremony\.(sign|use-hsm)\.do|now\.ended\.ceremony\.(hsm\.)?says|act\.(approve$|deny$|(enrol|sign-held|sign-in)\.do))/;
const sources = [...checkout()]
  .filter(([path]) => /^renderer\/isolated\/.*\.tsx?$/.test(path))
  .map(([, code]) => code)
  .join('\n');

describe('the catalogue of the authorize document', () => {
  test('has the same keys in both languages, sorted, and none of the common one', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(Object.keys(en).sort());
    expect(Object.keys(en).filter((key) => key in commonEn)).toEqual([]);
  });

  test.each(Object.keys(en))('%s', (key) => {
    const [english, german] = [en[key as keyof typeof en], de[key as keyof typeof de]];
    expect(argumentsOf(german)).toEqual(argumentsOf(english));
    const languages = { en: { ...commonEn, ...en }, de: { ...commonDe, ...de } };
    for (const [locale, messages] of Object.entries(languages)) {
      const intl = createIntl({
        locale,
        messages,
        onError: (error) => {
          throw error;
        },
      });
      for (const count of [0, 1, 2, 12_000]) {
        const values = Object.fromEntries(argumentsOf(english).map((name) => [name, count]));
        const text = intl.formatMessage({ id: key }, values);
        expect(text).not.toBe('');
        expect(text).not.toMatch(/[{}!]/);
      }
    }
    if (!made.test(key)) expect(sources).toContain(`'${key}'`);
  });

  test('names whatever main counts', () => {
    const view = { version: '1', payloadType: '', claims: [], flags: [], notRendered: [] };
    const counted = ['sbom-cyclonedx', 'sbom-spdx', 'vex-openvex', 'scan-report', 'provenance', 'grant']
      .flatMap((document) => headlineClaims(document, view))
      .map(({ path }) => path);
    expect(counted.length).toBeGreaterThan(8);
    for (const path of counted) expect(en).toHaveProperty([`count.${path}`]);
  });
});

test("the virtual key's words are the same in both languages", () => {
  expect(Object.keys(keyDe)).toEqual(Object.keys(keyEn));
  for (const text of [...Object.values(keyEn), ...Object.values(keyDe)]) expect(text).not.toMatch(/[{}!]/);
});
