// Digests as words: vectors worked out apart from this code, the way back, and words that are not a digest's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import english from '../../../core/words/english.json' with { type: 'json' };
import { SPOKEN_BITS, WORDS, areWordsOf, startOf, wordsOf } from '../../../core/words/words.ts';

const hex = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdef')),
  minLength: 64,
  maxLength: 64,
});

/** The same words by another road: the bits as text, cut into elevens. */
function byText(digest: string): string[] {
  const bits = Array.from(digest.slice(7), (digit) =>
    Number.parseInt(digit, 16).toString(2).padStart(4, '0'),
  );
  return (bits.join('').slice(0, SPOKEN_BITS).match(/.{11}/g) ?? []).map(
    (eleven) => english[Number.parseInt(eleven, 2)] ?? '',
  );
}

describe('words of a digest', () => {
  test('the list is whole, sorted, and its words differ in their first four letters', () => {
    expect(english).toHaveLength(2048);
    expect([...english].sort()).toEqual(english);
    expect(new Set(english.map((word) => word.slice(0, 4))).size).toBe(2048);
  });

  test('vectors', () => {
    const zeros = `sha256:${'0'.repeat(64)}`;
    expect(wordsOf(zeros)).toEqual(Array.from({ length: WORDS }, () => 'abandon'));
    expect(wordsOf(`sha256:${'f'.repeat(64)}`)).toEqual(Array.from({ length: WORDS }, () => 'zoo'));
    // BIP-39's own test vectors: entropy of 128 bits, and here the checksum's four bits as the 33rd digit.
    expect(wordsOf(`sha256:${'7f'.repeat(16)}8${'0'.repeat(31)}`).join(' ')).toBe(
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
    );
    expect(wordsOf(`sha256:9e885d952ad362caeb4efe34a8e91bd21${'0'.repeat(31)}`).join(' ')).toMatch(
      /^ozone drill grab fiber curtain grace pudding thank cruise elder eight /,
    );
    expect(wordsOf('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')).toEqual(
      byText('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
    );
  });

  test('any digest: as text says, and back', () => {
    fc.assert(
      fc.property(hex, (digits) => {
        const digest = `sha256:${digits}`;
        const words = wordsOf(digest);
        expect(words).toEqual(byText(digest));
        expect(startOf(words)).toBe(digits.slice(0, 33));
        expect(areWordsOf(words, digest)).toBe(true);
      }),
    );
  });

  test('another digest, another word, fewer words, words of no list, no digest', () => {
    const digest = `sha256:${'a1'.repeat(32)}`;
    const words = wordsOf(digest);
    expect(areWordsOf(words, `sha256:${'a1'.repeat(16)}b${'1'.repeat(31)}`)).toBe(false);
    expect(areWordsOf([...words].reverse(), digest)).toBe(false);
    expect(areWordsOf(words.slice(1), digest)).toBe(false);
    expect(areWordsOf([...words.slice(1), 'Signer'], digest)).toBe(false);
    expect(areWordsOf(words, 'a1'.repeat(32))).toBe(false);
    expect(startOf(words.map((word) => ` ${word.toUpperCase()} `))).toBe('a1'.repeat(16) + 'a');
  });
});
