// Times as people say them: nothing happens "in 0 sec.", and no time at all is less than a second.
import { createIntl } from 'react-intl';
import { expect, test } from 'vitest';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import type { Words } from '../../renderer/catalogue/words.tsx';
import { ago, duration, stretch } from '../../renderer/ui/time.tsx';

function words(language: 'en' | 'de'): Words {
  const intl = createIntl({ locale: language, messages: language === 'en' ? en : de });
  const say = (id: string, values?: Record<string, number>) => intl.formatMessage({ id }, values);
  return Object.assign(say, { language }) as unknown as Words;
}
const [t, d] = [words('en'), words('de')];
const now = Date.parse('2026-11-03T02:00:00Z');

test.each([
  [0, 'just now'],
  [-400, 'just now'],
  [400, 'just now'],
  // the page's clock is up to a second late, another machine's a little early
  [2000, 'just now'],
  [-1000, '1 sec. ago'],
  [-59_000, '59 sec. ago'],
  [-3_599_000, '59 min. ago'],
  [5000, 'in 5 sec.'],
])('%d ms from now is %s', (offset, said) => {
  expect(ago(t, now + offset, now)).toBe(said);
});

test('in German as well', () => {
  expect(ago(d, now, now)).toBe('gerade eben');
  expect(d('link.retry', { time: stretch(d, 0) as unknown as number })).toBe(
    'wieder in weniger als einer Sekunde',
  );
});

test('a stretch of no time', () => {
  expect([stretch(t, 0), stretch(t, 1), stretch(t, 61), stretch(t, 3600)]).toEqual([
    'less than a second',
    '1 s',
    '1:01 min',
    '1 h 00 min',
  ]);
  expect(duration(t, 900)).toBe('15 min');
});

test('witnesses: counted where some are wanted, and otherwise no number of none', () => {
  const said = (cosigners: number, wanted: number) => t('status.witnesses', { cosigners, wanted });
  expect([said(0, 0), said(0, 1), said(1, 2)]).toEqual(['unwitnessed', '0 of 1 witness', '1 of 2 witnesses']);
});
