// The three hashes of an RFC 6962 tree: leaf, node, and the root of nothing.
import { concat } from '../bytes/bytes.ts';
import type { Crypto } from '../key/crypto.ts';

/** Bytes in every hash of the tree. */
export const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of a leaf: SHA-256(0x00 || data) (RFC 9162, 2.1.1). */
export function leafHash(crypto: Crypto, data: Uint8Array): Uint8Array {
  return crypto.sha256(concat(LEAF, data));
}

/** The hash of an inner node: SHA-256(0x01 || left || right) (RFC 9162, 2.1.1). */
export function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array {
  return crypto.sha256(concat(NODE, left, right));
}

/** The root of the tree without leaves: SHA-256 of nothing (RFC 9162, 2.1.1). */
export function emptyRoot(crypto: Crypto): Uint8Array {
  return crypto.sha256(new Uint8Array(0));
}

/** Joins subtrees that stand side by side, the last into the one before it; one at least. */
export function joinRight(crypto: Crypto, subtrees: readonly Uint8Array[]): Uint8Array {
  return subtrees.reduceRight((right, left) => nodeHash(crypto, left, right));
}
