// The match number: what an officer asks the requester for, worked out on both sides from the request's digest.
import { utf8 } from '../bytes/bytes.ts';
import type { Crypto } from '../key/crypto.ts';

/** Six digits from SHA-256 of the digest's text. The Signer tells the caller, the Console derives it from what it rebuilt. */
export function matchNumber(crypto: Crypto, requestDigest: string): string {
  const hash = crypto.sha256(utf8(`match:${requestDigest}`));
  const number = hash.subarray(0, 4).reduce((value, byte) => value * 256 + byte, 0) % 1_000_000;
  return String(number).padStart(6, '0');
}
