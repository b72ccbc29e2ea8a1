// Cuts a requester's text into what may be shown as it is and what must be written out, and says what is wrong with it.
import { hasHiddenText } from '../../../core/review/text.ts';
import { lookalikeOf, scriptsIn } from './script.ts';

/** `alike` is a character that looks like an ASCII one; it is shown, and marked. */
export type Segment =
  | { readonly kind: 'plain' | 'alike'; readonly text: string }
  | { readonly kind: 'escape'; readonly text: string; readonly name: string };

/** Worst first. */
export const textFlags = [
  'bidi',
  'ansi',
  'control',
  'invisible',
  'confusable',
  'mixed',
  'marks',
  'rtl',
] as const;
export type TextFlag = (typeof textFlags)[number];

/** `length` counts code points of the whole text; `shown` those that the segments stand for. */
export interface Read {
  readonly segments: readonly Segment[];
  readonly flags: readonly TextFlag[];
  readonly length: number;
  readonly shown: number;
}

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const CONTROL = /\p{Cc}/u;
const MARK = /\p{M}/u;
const RTL =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Shows nothing, or nobody knows what: spaces that are not the space, what Unicode has not assigned, half characters. */
const UNSEEN = /[\p{Z}\p{Cn}\p{Cs}\p{Co}\p{Cf}\p{Cc}]/u;
/** U+2800 is drawn as nothing though it is a symbol. */
const BLANK = '\u2800';
/** More marks than this on one character are painted over their neighbours. */
const MOST_MARKS = 3;

const names: Readonly<Record<number, string>> = {
  0x00: 'NUL',
  0x07: 'BEL',
  0x08: 'BS',
  0x09: 'TAB',
  0x0a: 'LF',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DEL',
  0x9b: 'CSI',
  0xa0: 'NBSP',
  0xad: 'SHY',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x061c: 'ALM',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0x2060: 'WJ',
  0xfeff: 'BOM',
};

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What a hidden character is called: its code, and its short name where people know one. */
export function nameOf(character: string): string {
  const name = names[character.codePointAt(0) ?? 0];
  return name ? `${codeOf(character)} ${name}` : codeOf(character);
}

function flagOf(character: string): TextFlag {
  if (BIDI.test(character)) return 'bidi';
  if (character === '\u001b' || character === '\u009b') return 'ansi';
  if (CONTROL.test(character)) return 'control';
  return MARK.test(character) ? 'marks' : 'invisible';
}

function mustEscape(character: string, lines: boolean): boolean {
  if (character === ' ' || (lines && character === '\n')) return false;
  return hasHiddenText(character) || UNSEEN.test(character) || character === BLANK;
}

class Reader {
  readonly segments: Segment[] = [];
  readonly flags = new Set<TextFlag>();
  #plain = '';
  #marks = MOST_MARKS;

  take(character: string, lines: boolean): void {
    if (MARK.test(character) && !mustEscape(character, lines)) {
      if (this.#marks >= MOST_MARKS) this.#escape(character);
      else this.#plain += character;
      this.#marks += 1;
    } else if (mustEscape(character, lines)) this.#escape(character);
    else this.#show(character);
  }

  flush(): void {
    if (this.#plain !== '') this.segments.push({ kind: 'plain', text: this.#plain });
    this.#plain = '';
  }

  #show(character: string): void {
    // A mark needs a character to sit on; on a space or at the start it would sit on the app's own words.
    this.#marks = character === ' ' || character === '\n' ? MOST_MARKS : 0;
    if (RTL.test(character)) this.flags.add('rtl');
    if (lookalikeOf(character) === null) this.#plain += character;
    else {
      this.flush();
      this.segments.push({ kind: 'alike', text: character });
    }
  }

  #escape(character: string): void {
    this.flush();
    this.#marks = MOST_MARKS;
    this.flags.add(flagOf(character));
    this.segments.push({ kind: 'escape', text: character, name: nameOf(character) });
  }
}

/**
 * Reads the first `limit` code points of a text. Flags are worked out from all of it, so that what was cut off cannot hide.
 * `lines`: line feeds stay line feeds.
 */
export function readText(text: string, limit = Number.POSITIVE_INFINITY, lines = false): Read {
  const shown = new Reader();
  const rest = new Reader();
  let length = 0;
  for (const character of text) {
    (length < limit ? shown : rest).take(character, lines);
    length += 1;
  }
  shown.flush();
  const { mixed, confusable } = scriptsIn(text);
  const flags = new Set([...shown.flags, ...rest.flags]);
  if (mixed) flags.add('mixed');
  if (confusable) flags.add('confusable');
  // Lone lookalikes in an honest word of their own script are no news.
  const segments = mixed || confusable ? shown.segments : joined(shown.segments);
  return {
    segments,
    flags: textFlags.filter((flag) => flags.has(flag)),
    length,
    shown: Math.min(length, limit),
  };
}

/** The text by code points; half a surrogate pair is one of its own. */
export function codePoints(text: string): string[] {
  return Array.from(text);
}

function joined(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const segment of segments) {
    const last = out.at(-1);
    if (segment.kind === 'escape') out.push(segment);
    else if (last?.kind === 'plain') out[out.length - 1] = { kind: 'plain', text: last.text + segment.text };
    else out.push({ kind: 'plain', text: segment.text });
  }
  return out;
}
