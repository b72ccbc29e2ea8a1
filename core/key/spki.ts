// Reads of a DER SubjectPublicKeyInfo which algorithm its key is for; anything unusual is refused.
import { equalBytes } from '../bytes/bytes.ts';
import { fromHex } from '../bytes/hex.ts';
import { Refusal } from '../fault/fault.ts';
import type { Algorithm, PublicKey } from './crypto.ts';
import { fromBase64 } from '../bytes/base64.ts';

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const UNCOMPRESSED = 0x04;

// AlgorithmIdentifiers, whole: RFC 5480 2.1.1 (ecPublicKey, prime256v1), RFC 8410 3, RFC 3279 2.3.1 (NULL parameters).
const identifiers: readonly { readonly alg: Algorithm; readonly der: Uint8Array }[] = [
  { alg: 'ecdsa-p256-sha256', der: fromHex('301306072a8648ce3d020106082a8648ce3d030107') },
  { alg: 'ed25519', der: fromHex('300506032b6570') },
  { alg: 'rsa-pkcs1-sha256', der: fromHex('300d06092a864886f70d0101010500') },
];

function refuse(what: string): never {
  throw new Refusal('key_unknown', what);
}

/** The DER element at `at`: where its contents start and end. Definite, shortest lengths only (X.690, 10.1). */
function element(der: Uint8Array, at: number, tag: number): { start: number; end: number } {
  if (der[at] !== tag) refuse(`no DER tag ${tag} at ${at}`);
  const first = der[at + 1] ?? refuse('the DER ends');
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first - 0x80;
    if (count < 1 || count > 2) refuse(`DER length at ${at}`);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (der[start++] ?? refuse('the DER ends'));
    if (length < 0x80 || (count === 2 && length < 0x100)) refuse(`long DER length at ${at}`);
  }
  if (start + length > der.length) refuse('the DER ends');
  return { start, end: start + length };
}

function keyFits(alg: Algorithm, bits: Uint8Array): boolean {
  if (alg === 'ed25519') return bits.length === 32;
  if (alg === 'ecdsa-p256-sha256') return bits.length === 65 && bits[0] === UNCOMPRESSED;
  return bits[0] === SEQUENCE;
}

function parts(spki: Uint8Array): { alg: Algorithm; bits: Uint8Array } {
  const outer = element(spki, 0, SEQUENCE);
  if (outer.end !== spki.length) refuse('something after the key');
  const algorithm = element(spki, outer.start, SEQUENCE);
  const named = spki.subarray(outer.start, algorithm.end);
  const { alg } = identifiers.find(({ der }) => equalBytes(der, named)) ?? refuse('another algorithm');
  const string = element(spki, algorithm.end, BIT_STRING);
  if (string.end !== spki.length || spki[string.start] !== 0) refuse('the bit string does not fill the key');
  const bits = spki.subarray(string.start + 1, string.end);
  if (!keyFits(alg, bits)) refuse(`not a key for ${alg}`);
  return { alg, bits };
}

/**
 * The algorithm of a DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): P-256 with an uncompressed point, Ed25519 or RSA.
 * Refusal `key_unknown` for any other algorithm, parameters or encoding.
 */
export function algorithmOf(spki: Uint8Array): Algorithm {
  return parts(spki).alg;
}

/** The bits of the key alone: 32 bytes for Ed25519, 65 for P-256. Refusal `key_unknown` where `alg` does not fit. */
export function rawKey(key: PublicKey): Uint8Array {
  const { alg, bits } = parts(fromBase64(key.spki));
  if (alg !== key.alg) refuse(`a key for ${alg}, not ${key.alg}`);
  return bits;
}

/** The DER SubjectPublicKeyInfo of 32 raw bytes of an Ed25519 public key (RFC 8410, 4). */
export function ed25519Spki(raw: Uint8Array): Uint8Array {
  if (raw.length !== 32) refuse(`an Ed25519 key of ${raw.length} bytes`);
  const spki = new Uint8Array(44);
  spki.set(fromHex('302a300506032b6570032100'));
  spki.set(raw, 12);
  return spki;
}
