// Makes inclusion and consistency proofs from stored nodes, O(log n) of them, or from all leaf hashes.
import type { Crypto } from '../key/crypto.ts';
import { nodesOver, type NodeId } from './frontier.ts';
import { emptyRoot, joinRight } from './hash.ts';

/** Reads the hash of a perfect subtree that the tree holds whole. */
export type GetNode = (level: number, index: number) => Uint8Array;

// Each element of a proof, as the perfect subtrees that join into it.
type Plan = readonly (readonly NodeId[])[];

/** The largest power of two that is smaller than `n`, which is 2 or more. */
function splitOf(n: number): number {
  let width = 1;
  while (width * 2 < n) width *= 2;
  return width;
}

function checkSizes(part: number, size: number, least: number): void {
  const whole = Number.isSafeInteger(part) && Number.isSafeInteger(size);
  if (!whole || part < least || part > size) throw new RangeError(`no proof of ${part} in ${size}`);
}

/** PATH of RFC 9162, 2.1.3.1. */
function planInclusion(index: number, size: number): Plan {
  checkSizes(index, size - 1, 0);
  const plan: NodeId[][] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      plan.push(nodesOver(middle, end));
      end = middle;
    } else {
      plan.push(nodesOver(start, middle));
      start = middle;
    }
  }
  return plan.reverse();
}

/** PROOF and SUBPROOF of RFC 9162, 2.1.4.1. */
function planConsistency(oldSize: number, newSize: number): Plan {
  checkSizes(oldSize, newSize, 0);
  if (oldSize === 0 || oldSize === newSize) return [];
  const plan: NodeId[][] = [];
  let start = 0;
  let end = newSize;
  while (end !== oldSize) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      plan.push(nodesOver(middle, end));
      end = middle;
    } else {
      plan.push(nodesOver(start, middle));
      start = middle;
    }
  }
  // Whoever checks knows the old root already, so it is left out when it is one perfect subtree.
  if (start > 0) plan.push(nodesOver(start, end));
  return plan.reverse();
}

function carryOut(crypto: Crypto, get: GetNode, plan: Plan): Uint8Array[] {
  return plan.map((nodes) =>
    joinRight(
      crypto,
      nodes.map(({ level, index }) => get(level, index)),
    ),
  );
}

/** The nodes that `proveInclusion` reads, so that a store can fetch them in one go. RangeError unless index < size. */
export function inclusionNodes(index: number, size: number): NodeId[] {
  return planInclusion(index, size).flat();
}

/** The nodes that `proveConsistency` reads. RangeError unless oldSize <= newSize. */
export function consistencyNodes(oldSize: number, newSize: number): NodeId[] {
  return planConsistency(oldSize, newSize).flat();
}

/** The inclusion proof (RFC 9162, 2.1.3) of a leaf in the stored tree of `size` leaves. RangeError unless index < size. */
export function proveInclusion(crypto: Crypto, get: GetNode, index: number, size: number): Uint8Array[] {
  return carryOut(crypto, get, planInclusion(index, size));
}

/** The consistency proof (RFC 9162, 2.1.4) between two sizes of a stored tree; empty from 0 and between equals. */
export function proveConsistency(
  crypto: Crypto,
  get: GetNode,
  oldSize: number,
  newSize: number,
): Uint8Array[] {
  return carryOut(crypto, get, planConsistency(oldSize, newSize));
}

/** The root (RFC 9162, 2.1.1) of the tree with these leaf hashes. */
export function rootOf(crypto: Crypto, leafHashes: readonly Uint8Array[]): Uint8Array {
  if (leafHashes.length === 0) return emptyRoot(crypto);
  return joinRight(
    crypto,
    nodesOver(0, leafHashes.length).map(({ level, index }) => perfectRoot(crypto, leafHashes, level, index)),
  );
}

function perfectRoot(
  crypto: Crypto,
  leafHashes: readonly Uint8Array[],
  level: number,
  index: number,
): Uint8Array {
  const only = leafHashes[index];
  if (level === 0 && only) return only;
  const left = perfectRoot(crypto, leafHashes, level - 1, index * 2);
  return joinRight(crypto, [left, perfectRoot(crypto, leafHashes, level - 1, index * 2 + 1)]);
}

/** The inclusion proof of a leaf, from all leaf hashes. RangeError unless it is one of them. */
export function inclusionProof(
  crypto: Crypto,
  leafHashes: readonly Uint8Array[],
  index: number,
): Uint8Array[] {
  return proveInclusion(
    crypto,
    (level, at) => perfectRoot(crypto, leafHashes, level, at),
    index,
    leafHashes.length,
  );
}

/** The consistency proof from the first `oldSize` leaves to all of them. */
export function consistencyProof(
  crypto: Crypto,
  leafHashes: readonly Uint8Array[],
  oldSize: number,
): Uint8Array[] {
  const get: GetNode = (level, index) => perfectRoot(crypto, leafHashes, level, index);
  return proveConsistency(crypto, get, oldSize, leafHashes.length);
}
