// JSON strings (RFC 8259, 7): escapes resolved, strict UTF-8, no lone surrogates.
import { fromUtf8 } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SHORT = 64; // longer ASCII runs are quicker through the decoder
const SIMPLE: Readonly<Record<number, string>> = {
  0x22: '"',
  0x5c: '\\',
  0x2f: '/',
  0x62: '\b',
  0x66: '\f',
  0x6e: '\n',
  0x72: '\r',
  0x74: '\t',
};

function malformed(what: string, at: number, cause?: unknown): never {
  throw new Refusal('json_malformed', `${what} at byte ${at}`, cause);
}

/** The run of plain characters from `from` to `to`. */
function plain(bytes: Uint8Array, from: number, to: number, ascii: boolean): string {
  const run = bytes.subarray(from, to);
  if (ascii && run.length <= SHORT) return String.fromCharCode(...run);
  try {
    return fromUtf8(run);
  } catch (cause) {
    return malformed('not UTF-8 in the string', from, cause);
  }
}

function hexDigit(byte: number | undefined, at: number): number {
  if (byte === undefined) return malformed('the text ends', at);
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x57;
  return malformed('not a hex digit', at);
}

/** The four digits of a \u escape whose backslash stands at `at`. */
function unit(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at + 2; i < at + 6; i++) value = (value << 4) | hexDigit(bytes[i], i);
  return value;
}

/** The character that the escape at `at` stands for, and the position after it. */
function escape(bytes: Uint8Array, at: number): { text: string; end: number } {
  const letter = bytes[at + 1];
  if (letter !== 0x75) {
    const simple = letter === undefined ? undefined : SIMPLE[letter];
    return simple === undefined ? malformed('unknown escape', at) : { text: simple, end: at + 2 };
  }
  const high = unit(bytes, at);
  if (high < 0xd800 || high > 0xdfff) return { text: String.fromCharCode(high), end: at + 6 };
  // A surrogate is a character only as a pair of escapes: raw UTF-8 cannot write the other half.
  if (high > 0xdbff || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== 0x75) malformed('lone surrogate', at);
  const low = unit(bytes, at + 6);
  if (low < 0xdc00 || low > 0xdfff) malformed('lone surrogate', at);
  return { text: String.fromCharCode(high, low), end: at + 12 };
}

/** Reads the string whose opening quote stands at `start`; `end` is the position after its closing quote. */
export function stringIn(bytes: Uint8Array, start: number): { value: string; end: number } {
  const parts: string[] = [];
  let from = start + 1;
  let ascii = true;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      const last = plain(bytes, from, at, ascii);
      return { value: parts.length === 0 ? last : parts.join('') + last, end: at + 1 };
    }
    if (byte === BACKSLASH) {
      const { text, end } = escape(bytes, at);
      parts.push(plain(bytes, from, at, ascii), text);
      from = end;
      at = end - 1;
      ascii = true;
    } else if (byte < 0x20) malformed('control character', at);
    else if (byte >= 0x80) ascii = false;
  }
  return malformed('the text ends in a string', bytes.length);
}
