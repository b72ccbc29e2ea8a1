// A digest as words to read aloud: twelve words for its first 132 bits, and the way back.
import { Digest } from '../json/digest.ts';
import english from './english.json' with { type: 'json' };

/** How many words stand for a digest, and how many of its bits they say (protocol.md 1). */
export const WORDS = 12;
export const SPOKEN_BITS = 132;

const BITS = 11;
const HEX_DIGITS = SPOKEN_BITS / 4;
const PREFIX = 'sha256:'.length;
const places: ReadonlyMap<string, number> = new Map(english.map((word, place) => [word, place]));

/** A digest's first 132 bits as twelve words of BIP-39's English list, 11 bits each, the highest first. */
export function wordsOf(digest: Digest): string[] {
  const start = BigInt(`0x${digest.slice(PREFIX, PREFIX + HEX_DIGITS)}`);
  return Array.from({ length: WORDS }, (_, at) => {
    const place = Number((start >> BigInt(SPOKEN_BITS - BITS * (at + 1))) & 0x7ffn);
    return english[place] ?? '';
  });
}

/** The first 33 hex digits that these words say; undefined unless they are twelve words of the list. Case and spaces do not count. */
export function startOf(words: readonly string[]): string | undefined {
  if (words.length !== WORDS) return undefined;
  let start = 0n;
  for (const word of words) {
    const place = places.get(word.trim().toLowerCase());
    if (place === undefined) return undefined;
    start = (start << BigInt(BITS)) | BigInt(place);
  }
  return start.toString(16).padStart(HEX_DIGITS, '0');
}

/** Whether these words are this digest's: what a reader who was told them compares. */
export function areWordsOf(words: readonly string[], digest: string): boolean {
  if (!Digest.safeParse(digest).success) return false;
  return startOf(words) === digest.slice(PREFIX, PREFIX + HEX_DIGITS);
}
