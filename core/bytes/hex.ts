// Hexadecimal (RFC 4648, 8), lower case only, so that every value has one spelling.
import { Refusal } from '../fault/fault.ts';
import { fromUtf8 } from './bytes.ts';

const DIGITS = '0123456789abcdef';
const digitCodes = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
const values = new Int8Array(128).fill(-1);
digitCodes.forEach((code, value) => (values[code] = value));

/** Two lower-case digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  const out = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    out[i * 2] = digitCodes[byte >> 4] ?? 0;
    out[i * 2 + 1] = digitCodes[byte & 15] ?? 0;
  }
  return fromUtf8(out);
}

/** The bytes of lower-case hex. Refusal `encoding` for an odd length or any other character. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new Refusal('encoding', 'hex of odd length');
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = values[text.charCodeAt(i * 2)] ?? -1;
    const low = values[text.charCodeAt(i * 2 + 1)] ?? -1;
    if (high < 0 || low < 0) throw new Refusal('encoding', `not lower-case hex at ${i * 2}`);
    out[i] = (high << 4) | low;
  }
  return out;
}
