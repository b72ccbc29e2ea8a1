// JSON numbers (RFC 8259, 6), and the rule that what is kept is what was written.
import { fromUtf8 } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';

/** `exact` refuses what a double would change; `double` rounds as ECMAScript does, still refusing infinity. */
export type NumberRule = 'exact' | 'double';

const SURE_DIGITS = 15; // every integer of so many digits is a double

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function digitsFrom(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  if (at === from) throw new Refusal('json_malformed', `no digit at byte ${from}`);
  return at;
}

/** Where the integer, and where the whole number, ends. */
function extent(bytes: Uint8Array, start: number): { whole: number; end: number } {
  const first = bytes[start] === 0x2d ? start + 1 : start;
  const whole = bytes[first] === 0x30 ? first + 1 : digitsFrom(bytes, first);
  if (isDigit(bytes[whole])) throw new Refusal('json_malformed', `leading zero at byte ${first}`);
  let end = whole;
  if (bytes[end] === 0x2e) end = digitsFrom(bytes, end + 1);
  if (bytes[end] === 0x65 || bytes[end] === 0x45) {
    const sign = bytes[end + 1] === 0x2b || bytes[end + 1] === 0x2d ? 1 : 0;
    end = digitsFrom(bytes, end + 1 + sign);
  }
  return { whole, end };
}

/** A decimal as its significant digits and the power of ten of the last: `1.50e3` is `15` and 2. */
function decimal(text: string): { digits: string; power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [integer = '', fraction = ''] = mantissa.split('.');
  const all = integer.replace('-', '') + fraction;
  let from = 0;
  while (all[from] === '0') from++;
  let to = all.length;
  while (to > from && all[to - 1] === '0') to--;
  return { digits: all.slice(from, to), power: Number(exponent) - fraction.length + (all.length - to) };
}

/** True when ECMAScript prints the double as the same decimal value that the text writes. */
function keeps(value: number, text: string): boolean {
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const written = decimal(text);
  const kept = decimal(String(value));
  if (written.digits === '' || kept.digits === '') return written.digits === kept.digits;
  return written.digits === kept.digits && written.power === kept.power;
}

/**
 * Reads the number at `start`. Refusal `json_malformed` for another grammar; `json_number_unsafe`, under `exact`,
 * for any text whose double prints as another decimal value (2^53+1, 1e400, -0), under `double` for infinity.
 */
export function numberIn(bytes: Uint8Array, start: number, rule: NumberRule): { value: number; end: number } {
  const { whole, end } = extent(bytes, start);
  const text = fromUtf8(bytes.subarray(start, end));
  const value = Number(text);
  const sure = whole === end && end - start <= SURE_DIGITS && !Object.is(value, -0);
  const unsafe = rule === 'exact' ? !sure && !keeps(value, text) : !Number.isFinite(value);
  if (unsafe) throw new Refusal('json_number_unsafe', `number at byte ${start}`);
  return { value, end };
}
