// Text of strangers: every code point there is, one by one, and the tricks that have names.
import { describe, expect, test } from 'vitest';
import { hasHiddenText } from '../../core/review/text.ts';
import { lookalikeOf, scriptsIn } from '../../renderer/ui/untrusted/script.ts';
import { codePoints, readText, type Read } from '../../renderer/ui/untrusted/segments.ts';

/** What a person sees: plain pieces as they are, escapes as their names. */
const seen = ({ segments }: Read): string =>
  segments.map((s) => (s.kind === 'escape' ? `<${s.name}>` : s.text)).join('');
/** What stood in the text, put together again. */
const whole = ({ segments }: Read): string => segments.map((s) => s.text).join('');

/** Whether a character alone shows nothing, or moves or joins what stands around it. */
const unseen = (c: string): boolean => c !== ' ' && (hasHiddenText(c) || /[\p{Z}\p{C}\p{M}\u2800]/u.test(c));

describe('every code point', () => {
  test('stands as itself or is written out, and exactly those that show nothing are', () => {
    const wrong: string[] = [];
    let escaped = 0;
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const c = String.fromCodePoint(code);
      const { segments, length } = readText(c);
      const [segment] = segments;
      const isEscape = segment?.kind === 'escape';
      if (isEscape) escaped += 1;
      const fine =
        segments.length === 1 &&
        length === 1 &&
        segment?.text === c &&
        isEscape === unseen(c) &&
        (!isEscape || /^U\+[0-9A-F]{4,6}( [A-Z]+)?$/.test(segment.name));
      if (!fine) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
    // Most of Unicode is unassigned or private, and none of that is shown.
    expect(escaped).toBeGreaterThan(900_000);
  });

  test('keeps its place between letters', () => {
    for (let code = 0; code <= 0x10ffff; code += 17) {
      const text = `a${String.fromCodePoint(code)}b`;
      expect(whole(readText(text))).toBe(text);
    }
  });
});

describe('names of attacks', () => {
  test.each([
    ['a right-to-left override', 'invoice\u202excod.exe', 'bidi', 'invoice<U+202E RLO>xcod.exe'],
    ['an isolate (CVE-2021-42574)', '/*\u2066 } \u2069*/', 'bidi', '/*<U+2066 LRI> } <U+2069 PDI>*/'],
    ['colours of a terminal', 'ok\u001b[31m bad', 'ansi', 'ok<U+001B ESC>[31m bad'],
    ['the one-byte introducer', 'ok\u009b31m', 'ansi', 'ok<U+009B CSI>31m'],
    ['a carriage return', 'good\rbad', 'control', 'good<U+000D CR>bad'],
    ['a zero-width space', 'pay\u200bments', 'invisible', 'pay<U+200B ZWSP>ments'],
    ['a byte order mark', '\ufeffname', 'invisible', '<U+FEFF BOM>name'],
    ['tag characters', 'x\u{e0041}', 'invisible', 'x<U+E0041>'],
    ['a space that is none', 'a\u00a0b', 'invisible', 'a<U+00A0 NBSP>b'],
    ['a blank that is drawn as nothing', 'a\u3164b', 'invisible', 'a<U+3164>b'],
    ['half a surrogate pair', 'a\ud800b', 'invisible', 'a<U+D800>b'],
    ['a line feed in a line', 'a\nb', 'control', 'a<U+000A LF>b'],
  ] as const)('%s', (_, text, flag, shown) => {
    const read = readText(text);
    expect(read.flags).toContain(flag);
    expect(seen(read)).toBe(shown);
    expect(whole(read)).toBe(text);
  });

  test('marks are stacked three high and no higher, and never on the app’s own words', () => {
    expect(seen(readText('e\u0301\u0301\u0301\u0301'))).toBe('e\u0301\u0301\u0301<U+0301>');
    expect(readText('e\u0301\u0301\u0301\u0301').flags).toContain('marks');
    expect(seen(readText('\u0301a'))).toBe('<U+0301>a');
    expect(readText('caf\u0065\u0301').flags).toEqual([]);
  });

  test.each([
    ['p\u0430yments', true, true],
    ['\u0441\u043e\u0440', false, true],
    ['\u043f\u043b\u0430\u0442\u0451\u0436', false, false],
    ['\u6771\u4eac\u30bf\u30ef\u30fc', false, false],
    ['payments', false, false],
    ['Kova\u010d', false, false],
    ['stra\u00dfe', false, false],
    ['a\u2215b', false, true],
    ['\u03c0-test', false, false],
    ['te\u03c3t', true, true],
  ])('%s: mixed %s, lookalike %s', (text, mixed, confusable) => {
    expect(scriptsIn(text)).toEqual({ mixed, confusable });
  });

  test('a lookalike is marked where it stands', () => {
    expect(readText('p\u0430y').segments).toEqual([
      { kind: 'plain', text: 'p' },
      { kind: 'alike', text: '\u0430' },
      { kind: 'plain', text: 'y' },
    ]);
  });

  test('the table of lookalikes leads to one ASCII character each, and none of it is ASCII itself', () => {
    for (let code = 0; code < 0x80; code += 1) expect(lookalikeOf(String.fromCodePoint(code))).toBeNull();
    expect(lookalikeOf('\u0430')).toBe('a');
    expect(lookalikeOf('constructor')).toBeNull();
  });
});

describe('length', () => {
  test('is told whole, and flags come from all of it', () => {
    const text = `${'x'.repeat(5000)}\u202e${'😀'.repeat(10)}`;
    const read = readText(text, 100);
    expect(read).toMatchObject({ length: 5011, shown: 100 });
    expect(whole(read)).toBe('x'.repeat(100));
    expect(read.flags).toEqual(['bidi']);
  });

  test('counts what people count, also of a million characters', () => {
    expect(readText('😀😀').length).toBe(2);
    expect(codePoints('a😀')).toEqual(['a', '😀']);
    expect(readText('a\u0430\u202e'.repeat(330_000), 200).length).toBe(990_000);
  });

  test('lines stay lines where they are asked for', () => {
    expect(seen(readText('a\nb\r\n', undefined, true))).toBe('a\nb<U+000D CR>\n');
  });
});
