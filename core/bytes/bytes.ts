// Joining, comparing and text-coding of bytes.
import { Refusal } from '../fault/fault.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// With the `u` flag a surrogate matches only where it has no partner.
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

/** True when the string is well-formed UTF-16, so that UTF-8 keeps it exactly. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** All parts, one after another, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** True when both hold the same bytes. Not constant-time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Order by unsigned byte, a prefix before what it begins: negative, 0 or positive, for `sort`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-8 (RFC 3629) of a string. Refusal `encoding` for a lone surrogate, which UTF-8 cannot write. */
export function utf8(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new Refusal('encoding', 'lone surrogate');
  return encoder.encode(text);
}

/** The string that the bytes write in UTF-8 (RFC 3629); a BOM stays. Refusal `encoding` when they do not. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Refusal('encoding', 'not UTF-8', cause);
  }
}
