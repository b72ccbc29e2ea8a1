// Checks inclusion and consistency in an RFC 6962 tree; the way in to hashing, growing and proving as well.
import { equalBytes } from '../bytes/bytes.ts';
import type { Crypto } from '../key/crypto.ts';
import { HASH_BYTES, emptyRoot, nodeHash } from './hash.ts';

export { HASH_BYTES, emptyRoot, leafHash, nodeHash } from './hash.ts';
export {
  appendTo,
  emptyFrontier,
  frontierFrom,
  frontierNodes,
  nodesAfterAppend,
  rootOfFrontier,
} from './frontier.ts';
export type { Frontier, NodeId, TreeNode } from './frontier.ts';
export { consistencyNodes, inclusionNodes, proveConsistency, proveInclusion } from './prove.ts';
export { consistencyProof, inclusionProof, rootOf, type GetNode } from './prove.ts';

/** That the leaf `index` (from 0) of the tree of `size` leaves has this hash. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** That the tree of `oldSize` leaves is how the tree of `newSize` leaves began. */
export interface Consistency {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const areHashes = (all: readonly Uint8Array[]): boolean => all.every(({ length }) => length === HASH_BYTES);
const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

// Walks from a leaf to the root: `at` is the node on the way, `last` the last node of its level (RFC 9162: fn, sn).
class Climb {
  at: number;
  last: number;

  constructor(at: number, last: number) {
    this.at = at;
    this.last = last;
  }

  up(): void {
    this.at = half(this.at);
    this.last = half(this.last);
  }

  /** True when the next proof element stands left; skips the levels on which the node has no sibling. */
  siblingIsLeft(): boolean {
    if (!isOdd(this.at) && this.at !== this.last) return false;
    while (!isOdd(this.at) && this.at !== 0) this.up();
    return true;
  }
}

/** Checks an inclusion proof (RFC 9162, 2.1.3.2). False for anything that does not fit exactly, hash lengths too. */
export function verifyInclusion(crypto: Crypto, claim: Inclusion): boolean {
  const { index, size, proof, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (!areHashes([claim.leafHash, root, ...proof])) return false;
  const climb = new Climb(index, size - 1);
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (climb.last === 0) return false;
    hash = climb.siblingIsLeft() ? nodeHash(crypto, sibling, hash) : nodeHash(crypto, hash, sibling);
    climb.up();
  }
  return climb.last === 0 && equalBytes(hash, root);
}

function isPowerOfTwo(n: number): boolean {
  let width = 1;
  while (width < n) width *= 2;
  return width === n;
}

/**
 * Checks a consistency proof (RFC 9162, 2.1.4.2). Between equal sizes the roots must be equal and the proof empty;
 * from size 0 the old root must be the empty root and the proof empty. False for anything else that does not fit.
 */
export function verifyConsistency(crypto: Crypto, claim: Consistency): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim;
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (!areHashes([oldRoot, newRoot, ...proof])) return false;
  if (oldSize === 0 && !equalBytes(oldRoot, emptyRoot(crypto))) return false;
  if (oldSize === newSize) return proof.length === 0 && equalBytes(oldRoot, newRoot);
  if (oldSize === 0) return proof.length === 0;
  return proof.length > 0 && leadsToBoth(crypto, claim);
}

function leadsToBoth(crypto: Crypto, { oldSize, newSize, oldRoot, newRoot, proof }: Consistency): boolean {
  const climb = new Climb(oldSize - 1, newSize - 1);
  while (isOdd(climb.at)) climb.up();
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (!first) return false;
  let older = first;
  let newer = first;
  for (const sibling of rest) {
    if (climb.last === 0) return false;
    if (climb.siblingIsLeft()) {
      older = nodeHash(crypto, sibling, older);
      newer = nodeHash(crypto, sibling, newer);
    } else newer = nodeHash(crypto, newer, sibling);
    climb.up();
  }
  return climb.last === 0 && equalBytes(older, oldRoot) && equalBytes(newer, newRoot);
}
