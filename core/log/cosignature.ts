// Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says at what time it saw a checkpoint extend the last.
import { concat, utf8 } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';

export { COSIGNATURE } from './note.ts';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
const WORD = 2 ** 32;

/** A cosignature taken apart: POSIX seconds, and the 64 bytes of the Ed25519 signature. */
export interface Cosignature {
  readonly time: number;
  readonly signature: Uint8Array;
}

function refuse(what: string): never {
  throw new Refusal('checkpoint_invalid', what);
}

function checkTime(time: number): void {
  if (!Number.isSafeInteger(time) || time < 0) refuse('cosignature time');
}

/** The bytes that a witness signs: header line, time line, and the whole body of the checkpoint. */
export function cosignatureMessage(body: string, unixSeconds: number): Uint8Array {
  checkTime(unixSeconds);
  return utf8(`cosignature/v1\ntime ${unixSeconds}\n${body}`);
}

/** What stands in the signature line after the key hash: 8 bytes of time, big-endian, and 64 of signature. */
export function cosignatureBytes({ time, signature }: Cosignature): Uint8Array {
  checkTime(time);
  if (signature.length !== SIGNATURE_BYTES) refuse('cosignature length');
  const stamp = new Uint8Array(TIME_BYTES);
  for (let i = TIME_BYTES - 1, left = time; i >= 0; i--, left = Math.floor(left / 256)) stamp[i] = left % 256;
  return concat(stamp, signature);
}

/** Takes the 72 bytes apart. Refusal `checkpoint_invalid` for another length or a time beyond 2^53 - 1. */
export function parseCosignature(bytes: Uint8Array): Cosignature {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) refuse('cosignature length');
  const word = (at: number): number =>
    bytes.subarray(at, at + 4).reduce((value, byte) => value * 256 + byte, 0);
  const time = word(0) * WORD + word(4);
  checkTime(time);
  return { time, signature: bytes.subarray(TIME_BYTES) };
}

/**
 * The POSIX seconds at which the witness with this key cosigned the body; undefined when the signature is not its.
 * `bytes` is what the signature line holds after the key hash. Refusal `checkpoint_invalid` for another form.
 */
export function verifyCosignature(
  crypto: Crypto,
  key: PublicKey,
  body: string,
  bytes: Uint8Array,
): number | undefined {
  const { time, signature } = parseCosignature(bytes);
  const good = key.alg === 'ed25519' && crypto.verify(key, cosignatureMessage(body, time), signature);
  return good ? time : undefined;
}
