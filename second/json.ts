// A strict JSON reader of its own: works on text by patterns, and knows the byte position of every value.

/** A value, with the byte positions where it begins and ends (first byte after it). */
export type Node = (
  | { kind: 'scalar'; value: string | boolean | null }
  | { kind: 'number'; value: number }
  | { kind: 'list'; items: Node[] }
  | { kind: 'record'; members: [string, Node][] }
) & { from: number; to: number };

/** The text is not what the strict rules allow; the caller shows it as bytes that nobody explains. */
export class NotStrict extends Error {}

/** The text is strict so far, and more than anybody explains. */
export class TooLarge extends NotStrict {}

const MOST_VALUES = 300_000;
const MOST_BYTES = 16 * 1024 * 1024;
const DEEPEST = 64;
const SPACE = /[ \n\r\t]*/y;
const WORD = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Significant digits and exponent of a decimal, so that two spellings of one value compare equal. */
function shape(text: string): string {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}

class Reader {
  readonly #text: string;
  readonly #plain: boolean;
  #at = 0;
  #bytes = 0;
  #counted = 0;
  #values = 0;

  constructor(text: string, byteLength: number) {
    this.#text = text;
    this.#plain = text.length === byteLength; // all ASCII: characters and bytes are the same
  }

  whole(): Node {
    this.#match(SPACE);
    const node = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw new NotStrict('something follows');
    return node;
  }

  /** The byte position of the reading point; it only moves forward, so each character is counted once. */
  #byte(): number {
    if (this.#plain) return this.#at;
    this.#bytes += Buffer.byteLength(this.#text.slice(this.#counted, this.#at));
    this.#counted = this.#at;
    return this.#bytes;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #value(depth: number): Node {
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new TooLarge('too many values');
    const from = this.#byte();
    const next = this.#text[this.#at];
    if (next === '{') return { kind: 'record', members: this.#members(depth), from, to: this.#byte() };
    if (next === '[') return { kind: 'list', items: this.#items(depth), from, to: this.#byte() };
    if (next === '"') return { kind: 'scalar', value: this.#string(), from, to: this.#byte() };
    const word = this.#match(WORD);
    if (word !== undefined) return { kind: 'scalar', value: words[word] ?? null, from, to: this.#byte() };
    return { kind: 'number', value: this.#number(), from, to: this.#byte() };
  }

  #number(): number {
    const text = this.#match(NUMBER);
    if (text === undefined) throw new NotStrict('no value');
    const value = Number(text);
    const exact = Number.isFinite(value) && !Object.is(value, -0) && shape(text) === shape(String(value));
    if (!exact) throw new NotStrict('a number that changes when kept');
    return value;
  }

  /** A string, its escapes and controls judged by the engine's own strict reader of one quoted string. */
  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) throw new NotStrict('a string without end');
    this.#at = end + 1;
    const value = unquoted(this.#text.slice(start, this.#at));
    if (/[\uD800-\uDFFF]/u.test(value)) throw new NotStrict('half a character');
    return value;
  }

  #items(depth: number): Node[] {
    const items: Node[] = [];
    this.#enter(depth);
    if (this.#take(']')) return items;
    do {
      this.#match(SPACE);
      items.push(this.#value(depth + 1));
      this.#match(SPACE);
    } while (this.#take(','));
    if (!this.#take(']')) throw new NotStrict('a list without end');
    return items;
  }

  #members(depth: number): [string, Node][] {
    const members = new Map<string, Node>();
    this.#enter(depth);
    if (this.#take('}')) return [];
    do {
      this.#match(SPACE);
      if (this.#text[this.#at] !== '"') throw new NotStrict('a member without a name');
      const name = this.#string();
      this.#match(SPACE);
      if (members.has(name) || !this.#take(':')) throw new NotStrict('a name twice, or alone');
      this.#match(SPACE);
      members.set(name, this.#value(depth + 1));
      this.#match(SPACE);
    } while (this.#take(','));
    if (!this.#take('}')) throw new NotStrict('a record without end');
    return [...members];
  }

  #enter(depth: number): void {
    if (depth >= DEEPEST) throw new NotStrict('too deep');
    this.#at += 1;
    this.#match(SPACE);
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new NotStrict('a string that is not strict');
  }
}

/**
 * Reads strict JSON; `NotStrict` for anything else: duplicate names, inexact numbers, lone surrogates, a BOM, over 64
 * levels; `TooLarge` over 16 MiB or 300,000 values.
 */
export function readJson(bytes: Uint8Array): Node {
  if (bytes.length > MOST_BYTES) throw new TooLarge('too many bytes');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotStrict('not UTF-8');
  }
  return new Reader(text, bytes.length).whole();
}

/** The value in RFC 8785's form: names sorted by UTF-16 units, numbers and strings as ECMAScript writes them. */
export function canonicalText(node: Node): string {
  if (node.kind === 'scalar' || node.kind === 'number') return JSON.stringify(node.value);
  if (node.kind === 'list') return `[${node.items.map(canonicalText).join(',')}]`;
  const sorted = [...node.members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${canonicalText(value)}`).join(',')}}`;
}
