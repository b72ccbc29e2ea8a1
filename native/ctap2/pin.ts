// The rules for a PIN's bytes (CTAP 2.1, 6.5.1), checked before any traffic with the device.
import { createHash } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';

const MOST_BYTES = 63;
const PADDED = 64;

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // the cause would be of no use, and must not carry the bytes
    throw new DeviceFault('pin_policy', 'the PIN is not UTF-8');
  }
}

/**
 * The PIN in the form that is hashed and sent: UTF-8 in NFC, of at least `least` code points and at most 63 bytes,
 * in an array of its own that the caller zeroes. DeviceFault `pin_policy` otherwise.
 */
export function normalizedPin(bytes: Uint8Array, least: number): Uint8Array {
  const ascii = bytes.every((byte) => byte < 0x80);
  // A string cannot be zeroed, so plain digits and letters never become one.
  const text = ascii ? undefined : decoded(bytes).normalize('NFC');
  const out = text === undefined ? Uint8Array.from(bytes) : new Uint8Array(Buffer.from(text, 'utf8'));
  const points = text === undefined ? out.length : Array.from(text).length;
  const problem =
    points < least
      ? `shorter than ${least}`
      : out.length > MOST_BYTES
        ? `longer than ${MOST_BYTES} bytes`
        : undefined;
  if (problem === undefined && !out.includes(0)) return out;
  out.fill(0);
  throw new DeviceFault('pin_policy', `the PIN is ${problem ?? 'not text'}`);
}

/** LEFT(SHA-256(PIN), 16): what the device compares. */
export function pinHash(pin: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(pin).digest().subarray(0, 16));
}

/** The PIN padded with zeros to 64 bytes, as setPIN and changePIN send it. */
export function paddedPin(pin: Uint8Array): Uint8Array {
  const out = new Uint8Array(PADDED);
  out.set(pin);
  return out;
}
