// The Merkle tree: known roots and proofs, the RFC's own recursive definition as judge, and every kind of forgery.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../../core/bytes/bytes.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import * as merkle from '../../../core/log/merkle.ts';
import { nodeCrypto as crypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { flipBit } from '../../support/signing.ts';
import { vectorJson } from '../../support/vectors.ts';

interface Tree {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; proof: string[] }[];
  consistency: { oldSize: number; newSize: number; proof: string[] }[];
}
const known = vectorJson('rfc6962/tree.json') as Tree;
const knownLeaves = known.leaves.map((leaf) => merkle.leafHash(crypto, fromHex(leaf)));
const knownRoot = (size: number): Uint8Array => fromHex(known.roots[size - 1] ?? '');

describe('known answers of RFC 6962 trees', () => {
  test('the empty tree and its leaf', () => {
    expect(toHex(merkle.rootOf(crypto, []))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(toHex(merkle.leafHash(crypto, new Uint8Array(0)))).toBe(known.roots[0]);
  });

  test.each(known.roots.map((root, i) => [i + 1, root] as const))('root of %i leaves', (size, root) => {
    expect(toHex(merkle.rootOf(crypto, knownLeaves.slice(0, size)))).toBe(root);
  });

  test.each(known.inclusion)('inclusion of $index in $size', ({ index, size, proof }) => {
    const made = merkle.inclusionProof(crypto, knownLeaves.slice(0, size), index);
    expect(made.map(toHex)).toEqual(proof);
    const leafHash = knownLeaves[index] ?? new Uint8Array(0);
    expect(
      merkle.verifyInclusion(crypto, { index, size, leafHash, proof: made, root: knownRoot(size) }),
    ).toBe(true);
  });

  test.each(known.consistency)('consistency of $oldSize with $newSize', ({ oldSize, newSize, proof }) => {
    const made = merkle.consistencyProof(crypto, knownLeaves.slice(0, newSize), oldSize);
    expect(made.map(toHex)).toEqual(proof);
    const roots = { oldRoot: knownRoot(oldSize), newRoot: knownRoot(newSize) };
    expect(merkle.verifyConsistency(crypto, { oldSize, newSize, ...roots, proof: made })).toBe(true);
  });
});

const MOST = 130;
const leaves = Array.from({ length: MOST }, (_, i) => merkle.leafHash(crypto, Uint8Array.of(i)));

/** MTH of RFC 6962, 2.1, as the text defines it. */
function mth(part: readonly Uint8Array[]): Uint8Array {
  const [only] = part;
  if (!only) return crypto.sha256(new Uint8Array(0));
  if (part.length === 1) return only;
  let k = 1;
  while (k * 2 < part.length) k *= 2;
  return merkle.nodeHash(crypto, mth(part.slice(0, k)), mth(part.slice(k)));
}

/** PATH of RFC 6962, 2.1.1, as the text defines it. */
function path(m: number, part: readonly Uint8Array[]): Uint8Array[] {
  if (part.length <= 1) return [];
  let k = 1;
  while (k * 2 < part.length) k *= 2;
  return m < k
    ? [...path(m, part.slice(0, k)), mth(part.slice(k))]
    : [...path(m - k, part.slice(k)), mth(part.slice(0, k))];
}

const roots = Array.from({ length: MOST + 1 }, (_, size) => mth(leaves.slice(0, size)));
const rootAt = (size: number): Uint8Array => roots[size] ?? new Uint8Array(0);
const leafAt = (index: number): Uint8Array => leaves[index] ?? new Uint8Array(0);

/** A store that knows only what appending told it, and counts what it is asked for. */
function grownStore(): { get: merkle.GetNode; reads: () => number; frontiers: merkle.Frontier[] } {
  const nodes = new Map<string, Uint8Array>();
  const frontiers: merkle.Frontier[] = [merkle.emptyFrontier];
  let reads = 0;
  for (const leaf of leaves) {
    const step = merkle.nodesAfterAppend(crypto, frontiers.at(-1) ?? merkle.emptyFrontier, leaf);
    for (const { level, index, hash } of step.nodes) {
      const name = `${level}/${index}`;
      if (nodes.has(name)) throw new Error(`${name} written twice`);
      nodes.set(name, hash);
    }
    frontiers.push(step.frontier);
  }
  const get: merkle.GetNode = (level, index) => {
    reads++;
    const hash = nodes.get(`${level}/${index}`);
    if (!hash) throw new Error(`${level}/${index} was never stored`);
    return hash;
  };
  return { get, reads: () => reads, frontiers };
}

describe('growing', () => {
  const { get, frontiers } = grownStore();

  test('the frontier gives the root at every size, appended or read back from the store', () => {
    for (let size = 0; size <= MOST; size++) {
      const frontier = frontiers[size] ?? merkle.emptyFrontier;
      expect(frontier.size).toBe(size);
      expect(equalBytes(merkle.rootOfFrontier(crypto, frontier), rootAt(size))).toBe(true);
      expect(merkle.frontierFrom(get, size)).toEqual(frontier);
      expect(equalBytes(merkle.rootOf(crypto, leaves.slice(0, size)), rootAt(size))).toBe(true);
    }
  });

  test('a frontier is never changed by appending, and a wrong one is refused', () => {
    const before = merkle.appendTo(crypto, merkle.emptyFrontier, leafAt(0));
    const a = merkle.appendTo(crypto, before, leafAt(1));
    merkle.appendTo(crypto, before, leafAt(2));
    expect(merkle.rootOfFrontier(crypto, a)).toEqual(rootAt(2));
    expect(before.hashes).toHaveLength(1);
    expect(() => merkle.appendTo(crypto, { size: 1, hashes: [] }, leafAt(1))).toThrow(RangeError);
  });
});

describe('inclusion', () => {
  const store = grownStore();

  test("every leaf of every tree: proofs from the store are the RFC's, with O(log n) reads, and verify", () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const before = store.reads();
        const proof = merkle.proveInclusion(crypto, store.get, index, size);
        expect(store.reads() - before).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)) + 1);
        const expected = path(index, leaves.slice(0, size));
        if (proof.length !== expected.length || !proof.every((h, i) => equalBytes(h, expected[i] ?? h))) {
          throw new Error(`proof of ${index} in ${size}`);
        }
        const claim = { index, size, leafHash: leafAt(index), proof, root: rootAt(size) };
        if (!merkle.verifyInclusion(crypto, claim)) throw new Error(`${index} in ${size} does not verify`);
      }
    }
  });

  test('the nodes named beforehand are the nodes read', () => {
    const asked: merkle.NodeId[] = [];
    const get: merkle.GetNode = (level, index) => {
      asked.push({ level, index });
      return store.get(level, index);
    };
    merkle.proveInclusion(crypto, get, 77, 125);
    expect(asked).toEqual(merkle.inclusionNodes(77, 125));
    asked.length = 0;
    merkle.proveConsistency(crypto, get, 77, 125);
    expect(asked).toEqual(merkle.consistencyNodes(77, 125));
  });

  const place = fc
    .integer({ min: 1, max: MOST })
    .chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));

  test('any flipped bit refuses', () => {
    fc.assert(
      fc.property(place, fc.nat(), ([index, size], bit) => {
        const proof = merkle.proveInclusion(crypto, store.get, index, size);
        const hashes = [leafAt(index), rootAt(size), ...proof];
        const which = bit % hashes.length;
        const [leafHash = leafAt(0), root = rootAt(0), ...rest] = hashes.map((h, i) =>
          i === which ? flipBit(h, bit % 256) : h,
        );
        expect(merkle.verifyInclusion(crypto, { index, size, leafHash, proof: rest, root })).toBe(false);
      }),
      { numRuns: count(20_000) },
    );
  });

  test('another index, another size or another length of proof refuses', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: -3, max: 260 }), ([index, size], other) => {
        const proof = merkle.proveInclusion(crypto, store.get, index, size);
        const claim = { index, size, leafHash: leafAt(index), proof, root: rootAt(size) };
        const forged = [
          ...(other === index ? [] : [{ ...claim, index: other }]),
          { ...claim, proof: [...proof, rootAt(size)] },
          { ...claim, proof: [rootAt(size), ...proof] },
          ...(proof.length > 0
            ? [
                { ...claim, proof: proof.slice(1) },
                { ...claim, proof: proof.slice(0, -1) },
              ]
            : []),
        ];
        for (const wrong of forged) expect(merkle.verifyInclusion(crypto, wrong)).toBe(false);
      }),
      { numRuns: count(5000) },
    );
  });

  test('numbers and hashes that are none', () => {
    const good = { index: 0, size: 1, leafHash: leafAt(0), proof: [], root: leafAt(0) };
    expect(merkle.verifyInclusion(crypto, good)).toBe(true);
    for (const index of [-1, 0.5, 1, Number.NaN, 2 ** 53, 2 ** 32])
      expect(merkle.verifyInclusion(crypto, { ...good, index })).toBe(false);
    for (const size of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])
      expect(merkle.verifyInclusion(crypto, { ...good, size })).toBe(false);
    const empty = new Uint8Array(0);
    expect(merkle.verifyInclusion(crypto, { ...good, leafHash: empty, root: empty })).toBe(false);
    expect(
      merkle.verifyInclusion(crypto, {
        ...good,
        size: 2,
        proof: [leafAt(1).subarray(0, 31)],
        root: rootAt(2),
      }),
    ).toBe(false);
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, Infinity],
    ] as const) {
      expect(() => merkle.proveInclusion(crypto, store.get, index, size)).toThrow(RangeError);
    }
  });

  test('trees beyond 2^32 leaves', () => {
    const index = 2 ** 40 + 5;
    const size = 2 ** 40 + 6;
    const get: merkle.GetNode = (level, at) =>
      merkle.leafHash(crypto, new TextEncoder().encode(`${level}/${at}`));
    const proof = merkle.proveInclusion(crypto, get, index, size);
    const left = merkle.nodeHash(
      crypto,
      get(2, 2 ** 38),
      merkle.nodeHash(crypto, get(0, index - 1), get(0, index)),
    );
    const root = merkle.nodeHash(crypto, get(40, 0), left);
    expect(merkle.verifyInclusion(crypto, { index, size, leafHash: get(0, index), proof, root })).toBe(true);
    expect(merkle.verifyInclusion(crypto, { index: 5, size, leafHash: get(0, index), proof, root })).toBe(
      false,
    );
  });

  test('a node never passes for a leaf', () => {
    const inner = merkle.nodeHash(crypto, leafAt(0), leafAt(1));
    const asData = merkle.leafHash(crypto, Uint8Array.from([...leafAt(0), ...leafAt(1)]));
    expect(equalBytes(inner, asData)).toBe(false);
    const [, upper] = merkle.proveInclusion(crypto, store.get, 0, 4);
    const claim = { index: 0, size: 4, leafHash: inner, proof: upper ? [upper] : [], root: rootAt(4) };
    expect(merkle.verifyInclusion(crypto, claim)).toBe(false);
  });
});

describe('consistency', () => {
  const store = grownStore();
  const claimOf = (oldSize: number, newSize: number): merkle.Consistency => ({
    oldSize,
    newSize,
    oldRoot: rootAt(oldSize),
    newRoot: rootAt(newSize),
    proof: merkle.proveConsistency(crypto, store.get, oldSize, newSize),
  });

  test('every pair of sizes verifies, and no other old size does', () => {
    for (let newSize = 0; newSize <= MOST; newSize++) {
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const claim = claimOf(oldSize, newSize);
        if (!merkle.verifyConsistency(crypto, claim)) throw new Error(`${oldSize} to ${newSize}`);
        const { proof } = claim;
        const wrong = [
          { ...claim, oldSize: oldSize + 1 },
          { ...claim, proof: [...proof, rootAt(1)] },
          { ...claim, proof: [rootAt(oldSize), ...proof] },
          ...(proof.length > 0
            ? [
                { ...claim, proof: proof.slice(0, -1) },
                { ...claim, proof: [] },
              ]
            : []),
          ...(oldSize < newSize ? [{ ...claim, oldRoot: claim.newRoot, newRoot: claim.oldRoot }] : []),
        ];
        if (wrong.some((forged) => merkle.verifyConsistency(crypto, forged)))
          throw new Error(`forged ${oldSize} to ${newSize}`);
      }
    }
  });

  test('any flipped bit refuses', () => {
    const pair = fc
      .integer({ min: 1, max: MOST })
      .chain((size) => fc.tuple(fc.integer({ min: 1, max: size }), fc.constant(size)));
    fc.assert(
      fc.property(pair, fc.nat(), ([oldSize, newSize], bit) => {
        const claim = claimOf(oldSize, newSize);
        const hashes = [claim.oldRoot, claim.newRoot, ...claim.proof];
        const which = bit % hashes.length;
        const [oldRoot = rootAt(0), newRoot = rootAt(0), ...proof] = hashes.map((h, i) =>
          i === which ? flipBit(h, bit % 256) : h,
        );
        expect(merkle.verifyConsistency(crypto, { oldSize, newSize, oldRoot, newRoot, proof })).toBe(false);
      }),
      { numRuns: count(20_000) },
    );
  });

  test('a rewritten log has no proof, whatever leaf was changed', () => {
    for (let changed = 0; changed < 21; changed++) {
      const other = leaves.slice(0, 30).map((leaf, i) => (i === changed ? leafAt(99) : leaf));
      const claim = { oldSize: 21, newSize: 30, oldRoot: rootAt(21), newRoot: merkle.rootOf(crypto, other) };
      for (const proof of [merkle.consistencyProof(crypto, other, 21), claimOf(21, 30).proof]) {
        expect(merkle.verifyConsistency(crypto, { ...claim, proof })).toBe(false);
      }
    }
  });

  test('from nothing, between equals, and backwards', () => {
    const none = rootAt(0);
    const holds = (claim: Partial<merkle.Consistency>): boolean =>
      merkle.verifyConsistency(crypto, {
        oldSize: 0,
        newSize: 0,
        oldRoot: none,
        newRoot: none,
        proof: [],
        ...claim,
      });
    expect(holds({})).toBe(true);
    expect(holds({ newSize: 3, newRoot: rootAt(3) })).toBe(true);
    expect(holds({ newSize: 3, newRoot: rootAt(3), oldRoot: rootAt(3) })).toBe(false);
    expect(holds({ oldRoot: rootAt(1), newRoot: rootAt(1) })).toBe(false);
    expect(holds({ proof: [none] })).toBe(false);
    expect(holds({ oldSize: 1, oldRoot: rootAt(1) })).toBe(false);
    expect(holds({ oldSize: 2, newSize: 2, oldRoot: rootAt(2), newRoot: rootAt(3) })).toBe(false);
    expect(holds({ oldSize: -1 })).toBe(false);
    expect(holds({ oldSize: 0.5, newSize: 0.5 })).toBe(false);
    expect(() => merkle.proveConsistency(crypto, store.get, 3, 2)).toThrow(RangeError);
    expect(() => merkle.proveConsistency(crypto, store.get, -1, 2)).toThrow(RangeError);
  });
});
