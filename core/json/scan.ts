// The one JSON grammar (RFC 8259 over strict UTF-8): walks the bytes and lets a builder make the result.
import { fromUtf8 } from '../bytes/bytes.ts';
import { Refusal, type RefusalCode } from '../fault/fault.ts';
import { numberIn, type NumberRule } from './number.ts';
import { stringIn } from './string.ts';

/**
 * Limits of a parse. `maxBytes` 16 MiB, `maxDepth` 64 (1,000 at most), `numbers` exact unless given. `maxValues`: how many
 * values, those that hold others included; no limit unless given. It bounds the work: a byte may be half a value.
 */
export interface ParseOptions {
  readonly maxValues?: number;
  readonly maxBytes?: number;
  readonly maxDepth?: number;
  readonly numbers?: NumberRule;
}

/** A member of an object: its decoded key, where the key's text stands with its quotes, and the value made. */
export interface Member<T> {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: T;
}

/** Makes a result of each value; `start` and `end` are byte positions, `end` being the first byte after it. */
export interface Builder<T> {
  literal(value: null | boolean, start: number, end: number): T;
  number(value: number, text: string, start: number, end: number): T;
  string(value: string, start: number, end: number): T;
  array(items: T[], start: number, end: number): T;
  object(members: Member<T>[], start: number, end: number): T;
}

const DEFAULT_BYTES = 16 * 1024 * 1024;
const DEFAULT_DEPTH = 64;
const DEEPEST = 1000; // the walk recurses, so no caller may ask for more than the stack can bear
const LITERALS = [
  { text: 'null', value: null },
  { text: 'true', value: true },
  { text: 'false', value: false },
] as const;

class Scanner<T> {
  readonly #bytes: Uint8Array;
  readonly #build: Builder<T>;
  readonly #deepest: number;
  readonly #numbers: NumberRule;
  readonly #most: number;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(bytes: Uint8Array, build: Builder<T>, options: ParseOptions) {
    this.#bytes = bytes;
    this.#build = build;
    this.#deepest = Math.min(options.maxDepth ?? DEFAULT_DEPTH, DEEPEST);
    this.#numbers = options.numbers ?? 'exact';
    this.#most = options.maxValues ?? Number.POSITIVE_INFINITY;
  }

  document(): T {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#bytes.length) this.#refuse('json_malformed', 'something after the value');
    return value;
  }

  #refuse(code: RefusalCode, what: string, at = this.#at): never {
    throw new Refusal(code, `${what} at byte ${at}`);
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #value(): T {
    this.#values++;
    if (this.#values > this.#most) this.#refuse('json_too_large', `more than ${this.#most} values`);
    const byte = this.#bytes[this.#at];
    if (byte === 0x22) {
      const start = this.#at;
      return this.#build.string(this.#string(), start, this.#at);
    }
    if (byte === 0x7b) return this.#nested(() => this.#object());
    if (byte === 0x5b) return this.#nested(() => this.#array());
    if (byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39)) return this.#number();
    return this.#literal();
  }

  #nested(read: () => T): T {
    if (this.#depth === this.#deepest) this.#refuse('json_too_deep', `deeper than ${this.#deepest}`);
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }

  #literal(): T {
    const start = this.#at;
    for (const { text, value } of LITERALS) {
      if (this.#bytes[start] !== text.charCodeAt(0)) continue;
      for (let i = 1; i < text.length; i++) {
        if (this.#bytes[start + i] !== text.charCodeAt(i)) this.#refuse('json_malformed', 'no value', start);
      }
      this.#at = start + text.length;
      return this.#build.literal(value, start, this.#at);
    }
    return this.#refuse('json_malformed', start < this.#bytes.length ? 'no value' : 'the text ends');
  }

  #number(): T {
    const start = this.#at;
    const { value, end } = numberIn(this.#bytes, start, this.#numbers);
    this.#at = end;
    return this.#build.number(value, fromUtf8(this.#bytes.subarray(start, end)), start, end);
  }

  #string(): string {
    const { value, end } = stringIn(this.#bytes, this.#at);
    this.#at = end;
    return value;
  }

  #array(): T {
    const start = this.#at++;
    const items: T[] = [];
    this.#space();
    if (!this.#take(0x5d)) {
      do {
        this.#space();
        items.push(this.#value());
        this.#space();
      } while (this.#take(0x2c));
      if (!this.#take(0x5d)) this.#refuse('json_malformed', 'no , or ]');
    }
    return this.#build.array(items, start, this.#at);
  }

  #object(): T {
    const start = this.#at++;
    const members: Member<T>[] = [];
    const keys = new Set<string>();
    this.#space();
    if (!this.#take(0x7d)) {
      do {
        this.#space();
        members.push(this.#member(keys));
        this.#space();
      } while (this.#take(0x2c));
      if (!this.#take(0x7d)) this.#refuse('json_malformed', 'no , or }');
    }
    return this.#build.object(members, start, this.#at);
  }

  #member(keys: Set<string>): Member<T> {
    const keyStart = this.#at;
    if (this.#bytes[keyStart] !== 0x22) this.#refuse('json_malformed', 'no key');
    const key = this.#string();
    const keyEnd = this.#at;
    if (keys.has(key)) this.#refuse('json_duplicate_key', 'same key again', keyStart);
    keys.add(key);
    this.#space();
    if (!this.#take(0x3a)) this.#refuse('json_malformed', 'no :');
    this.#space();
    return { key, keyStart, keyEnd, value: this.#value() };
  }
}

/**
 * Walks one JSON text (RFC 8259) and returns what the builder made of it.
 * Refusal `json_too_large`, `json_malformed` (a BOM too), `json_duplicate_key`, `json_number_unsafe`
 * or `json_too_deep`, each with the byte position in its detail.
 */
export function scan<T>(bytes: Uint8Array, build: Builder<T>, options: ParseOptions = {}): T {
  const most = options.maxBytes ?? DEFAULT_BYTES;
  if (bytes.length > most) throw new Refusal('json_too_large', `${bytes.length} bytes, ${most} at most`);
  return new Scanner(bytes, build, options).document();
}
