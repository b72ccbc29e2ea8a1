// The right edge of a growing tree: what an appender keeps, O(log n) hashes, and the nodes it stores.
import type { Crypto } from '../key/crypto.ts';
import { emptyRoot, joinRight, nodeHash } from './hash.ts';

/** A tree's size in leaves, and the roots of the perfect subtrees it is made of, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

/** A perfect subtree: the `index`-th of its `level`, over leaves index * 2^level and the next 2^level - 1. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** A perfect subtree and its root; once written it never changes. */
export interface TreeNode extends NodeId {
  readonly hash: Uint8Array;
}

/** The frontier of the tree without leaves. */
export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/** Appends one leaf and names every node that became whole with it, the leaf itself first: what a store must keep. */
export function nodesAfterAppend(
  crypto: Crypto,
  frontier: Frontier,
  leaf: Uint8Array,
): { frontier: Frontier; nodes: TreeNode[] } {
  const hashes = [...frontier.hashes];
  const nodes: TreeNode[] = [{ level: 0, index: frontier.size, hash: leaf }];
  let hash = leaf;
  let index = frontier.size;
  for (let level = 1; index % 2 === 1; level++) {
    const left = hashes.pop();
    if (!left) throw new RangeError('the frontier does not fit its size');
    hash = nodeHash(crypto, left, hash);
    index = (index - 1) / 2;
    nodes.push({ level, index, hash });
  }
  return { frontier: { size: frontier.size + 1, hashes: [...hashes, hash] }, nodes };
}

/** The frontier with one leaf more. */
export function appendTo(crypto: Crypto, frontier: Frontier, leaf: Uint8Array): Frontier {
  return nodesAfterAppend(crypto, frontier, leaf).frontier;
}

/** The root of the tree that the frontier is the edge of. */
export function rootOfFrontier(crypto: Crypto, frontier: Frontier): Uint8Array {
  return frontier.size === 0 ? emptyRoot(crypto) : joinRight(crypto, frontier.hashes);
}

/** The perfect subtrees, left to right, that leaves `start` to `end` are made of; `start` is where such a one begins. */
export function nodesOver(start: number, end: number): NodeId[] {
  const nodes: NodeId[] = [];
  for (let from = start; from < end;) {
    let level = 0;
    let width = 1;
    while (width * 2 <= end - from && from % (width * 2) === 0) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** The nodes from which `frontierFrom` makes the frontier of a tree of this size, in its order. */
export function frontierNodes(size: number): NodeId[] {
  return nodesOver(0, size);
}

/** The frontier of a stored tree of this size, read with O(log n) calls of `get`. */
export function frontierFrom(get: (level: number, index: number) => Uint8Array, size: number): Frontier {
  return { size, hashes: frontierNodes(size).map(({ level, index }) => get(level, index)) };
}
