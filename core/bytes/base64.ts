// Base64 and base64url (RFC 4648, 4 and 5), decoded strictly: one text for each value and no other.
import { Refusal } from '../fault/fault.ts';
import { fromUtf8 } from './bytes.ts';

const COMMON = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PAD = 61; // '='

interface Alphabet {
  readonly name: string;
  readonly codes: Uint8Array;
  readonly values: Int8Array;
  readonly padded: boolean;
}

function alphabet(name: string, last: string, padded: boolean): Alphabet {
  const codes = Uint8Array.from(COMMON + last, (letter) => letter.charCodeAt(0));
  const values = new Int8Array(128).fill(-1);
  codes.forEach((code, value) => (values[code] = value));
  return { name, codes, values, padded };
}

const standard = alphabet('base64', '+/', true);
const urlSafe = alphabet('base64url', '-_', false);

function encode({ codes, padded }: Alphabet, bytes: Uint8Array): string {
  const whole = Math.floor(bytes.length / 3);
  const rest = bytes.length - whole * 3;
  const tail = rest === 0 ? 0 : padded ? 4 : rest + 1;
  const out = new Uint8Array(whole * 4 + tail).fill(PAD);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out[to++] = codes[group >> 18] ?? 0;
    out[to++] = codes[(group >> 12) & 63] ?? 0;
    if (left > 1) out[to++] = codes[(group >> 6) & 63] ?? 0;
    if (left > 2) out[to++] = codes[group & 63] ?? 0;
  }
  return fromUtf8(out);
}

/** How many letters stand before the padding; refuses a length or padding that no encoder writes. */
function lettersIn({ name, padded }: Alphabet, text: string): number {
  let letters = text.length;
  if (padded) {
    if (text.length % 4 !== 0) throw new Refusal('encoding', `${name} length ${text.length}`);
    if (text.endsWith('==')) letters -= 2;
    else if (text.endsWith('=')) letters -= 1;
  }
  if (letters % 4 === 1) throw new Refusal('encoding', `${name} length ${text.length}`);
  return letters;
}

function decode(table: Alphabet, text: string): Uint8Array {
  const letters = lettersIn(table, text);
  const out = new Uint8Array(Math.floor((letters * 3) / 4));
  let held = 0;
  let bits = 0;
  let to = 0;
  for (let at = 0; at < letters; at++) {
    const value = table.values[text.charCodeAt(at)] ?? -1;
    if (value < 0) throw new Refusal('encoding', `not ${table.name} at ${at}`);
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[to++] = (held >> bits) & 0xff;
    }
  }
  // RFC 4648, 3.5: bits that no byte carries must be zero, else two texts would say the same.
  if ((held & ((1 << bits) - 1)) !== 0) throw new Refusal('encoding', `${table.name} trailing bits`);
  return out;
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return encode(standard, bytes);
}

/** The bytes of standard base64. Refusal `encoding` for wrong padding, alphabet or trailing bits. */
export function fromBase64(text: string): Uint8Array {
  return decode(standard, text);
}

/** Base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(urlSafe, bytes);
}

/** The bytes of unpadded base64url. Refusal `encoding` for padding, wrong alphabet or trailing bits. */
export function fromBase64Url(text: string): Uint8Array {
  return decode(urlSafe, text);
}
