// Digests of ours: SHA-256, written `sha256:` and 64 lower-case hex digits.
import { z } from 'zod';
import { toHex } from '../bytes/hex.ts';
import type { Crypto } from '../key/crypto.ts';
import { canonical } from './canonical.ts';
import type { Json } from './parse.ts';

/** A SHA-256 digest in text. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export type Digest = z.infer<typeof Digest>;

/** The digest of bytes as they are. */
export function digestBytes(crypto: Crypto, bytes: Uint8Array): Digest {
  return `sha256:${toHex(crypto.sha256(bytes))}`;
}

/** The digest of a value's canonical form (RFC 8785); refuses as `canonical` does. */
export function digestOf(crypto: Crypto, value: Json | object): Digest {
  return digestBytes(crypto, canonical(value));
}
