// What stands in the log for a record: a salted digest, so that the log can be public and the record need not be.
import { concat } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import type { Crypto } from '../key/crypto.ts';

/** Bytes in a salt. */
export const SALT_BYTES = 32;

/** The 32 bytes of a leaf: SHA-256(salt || canonical record). Refusal `encoding` unless the salt has 32 bytes. */
export function leafData(crypto: Crypto, salt: Uint8Array, record: object): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new Refusal('encoding', `a salt of ${salt.length} bytes`);
  return crypto.sha256(concat(salt, canonical(record)));
}
