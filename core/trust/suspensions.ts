// Suspensions of keys as a chain of directory versions carries them: each checked from its order up, and when it counts.
import { z } from 'zod';
import { fromBase64, fromBase64Url } from '../bytes/base64.ts';
import { SUSPENSION_LASTS, SealedSuspension, asOrder, verifySuspension } from '../decision/suspension.ts';
import type { Directory } from '../directory/directory.ts';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { leafData } from '../log/leaf.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { Leaf, type LogRecord } from '../log/record.ts';
import { compareTimes } from '../name/names.ts';
import { openCheckpoint } from './checkpoint.ts';

/** The most suspensions that a chain carries: the newest ones. */
export const MOST_SUSPENSIONS = 64;

/** An order with its leaf, and a checkpoint (a C2SP signed note) of the log that the leaf is in. */
export const PublishedSuspension = z.strictObject({
  sealed: SealedSuspension,
  leaf: Leaf,
  checkpoint: z.string().min(80).max(65536),
});
export type PublishedSuspension = z.infer<typeof PublishedSuspension>;

/** The versions of a chain, verified. */
export interface Versions {
  readonly signer: string;
  readonly latest: Directory;
  readonly latestDigest: string;
  /** The version with this digest. Throws Refusal `directory_invalid`. */
  at(digest: string): Directory;
  readonly digests: readonly string[];
}

/**
 * A suspension that was checked: from after the leaf at `index` until the log's time is `until`. `order` is the digest of what
 * the device signed; `liftedIn` the number of the first version that lifts it.
 */
export interface KeySuspension {
  readonly order: string;
  readonly key: string;
  readonly index: number;
  readonly from: string;
  readonly until: string;
  readonly liftedIn: number | null;
  readonly sealed: SealedSuspension;
}

/** A place in the log. `version`: the directory's that was in force there; null where nothing tells. */
export interface Place {
  readonly index: number;
  readonly at: string;
  readonly version: number | null;
}

/** When the suspension that began at a time ends by itself. */
export function suspensionEnd(from: string): string {
  return new Date(Date.parse(from) + SUSPENSION_LASTS).toISOString();
}

function liftedIn(versions: Versions, key: string, order: string): number | null {
  const at = versions.digests.findIndex((digest) =>
    versions.at(digest).keys.some(({ name, lifted }) => name === key && lifted?.includes(order)),
  );
  return at < 0 ? null : at + 1;
}

/**
 * An order and the leaf that it got, checked against the versions: the device's proof, and that the leaf is this order's.
 * That the leaf is in the log is the caller's to check. Throws Refusal `suspension_invalid`.
 */
export function placeSuspension(
  crypto: Crypto,
  versions: Versions,
  sealed: SealedSuspension,
  { index, record }: { readonly index: number; readonly record: LogRecord },
): KeySuspension {
  const { suspension } = sealed;
  return asOrder(() => {
    verifySuspension(crypto, versions.signer, versions.at(suspension.directory), sealed);
    const order = digestOf(crypto, suspension);
    const { key, officer } = suspension;
    const fits =
      record.event === 'suspended' &&
      record.order === order &&
      record.key === key &&
      record.officer === officer &&
      record.until === suspensionEnd(record.at);
    if (!fits) throw new Refusal('leaf_missing', `the leaf of ${order}`);
    const { at: from, until } = record;
    return { order, key, index, from, until, liftedIn: liftedIn(versions, key, order), sealed };
  });
}

/** Checks a suspension that was published, its place in the log included. Throws Refusal `suspension_invalid`. */
export function verifyPublished(
  crypto: Crypto,
  versions: Versions,
  { sealed, leaf, checkpoint }: PublishedSuspension,
): KeySuspension {
  return asOrder(() => {
    const { index, salt, record, proof } = leaf;
    const { size, root } = openCheckpoint(crypto, versions.latest, checkpoint);
    const hash = leafHash(crypto, leafData(crypto, fromBase64Url(salt), record));
    const claim = { index, size, leafHash: hash, proof: proof.map(fromBase64), root };
    if (!verifyInclusion(crypto, claim)) throw new Refusal('proof_invalid_log', `leaf ${index}`);
    return placeSuspension(crypto, versions, sealed, leaf);
  });
}

/** The same suspensions under versions that may be more, in the order of the log. */
export function underVersions(
  versions: Versions,
  suspensions: readonly KeySuspension[],
): readonly KeySuspension[] {
  const byOrder = new Map<string, KeySuspension>();
  for (const one of suspensions) {
    const known = byOrder.get(one.order);
    if (known && known.index !== one.index)
      throw new Refusal('suspension_invalid', `${one.order} at ${known.index} and at ${one.index}`);
    byOrder.set(one.order, { ...one, liftedIn: liftedIn(versions, one.key, one.order) });
  }
  return [...byOrder.values()].sort((a, b) => a.index - b.index);
}

/** Checks all suspensions of a chain. Throws Refusal `suspension_invalid`, also for one that stands there twice. */
export function verifyAllPublished(
  crypto: Crypto,
  versions: Versions,
  published: readonly PublishedSuspension[],
): readonly KeySuspension[] {
  const found = published.map((one) => verifyPublished(crypto, versions, one));
  const orders = new Set(found.map(({ order }) => order));
  if (orders.size !== found.length) throw new Refusal('suspension_invalid', 'an order twice');
  return underVersions(versions, found);
}

/**
 * The suspension that a place in the log lies in, for a key. One begins after its leaf, whatever a clock that went back says,
 * and ends by the time of the place, or with the version that lifts it; where nothing tells the version, it was not lifted.
 */
export function suspensionAt(
  suspensions: readonly KeySuspension[],
  key: string,
  { index, at, version }: Place,
): KeySuspension | null {
  const inside = suspensions.find(
    (one) =>
      one.key === key &&
      index > one.index &&
      compareTimes(at, one.until) < 0 &&
      !(one.liftedIn !== null && version !== null && version >= one.liftedIn),
  );
  return inside ?? null;
}

/**
 * The suspension that a key is under as of the newest version, the longest one; with `now` null the clock is not known, and
 * each that was not lifted counts.
 */
export function suspensionNow(
  suspensions: readonly KeySuspension[],
  key: string,
  now: string | null,
): KeySuspension | null {
  const inForce = suspensions.filter(
    (one) => one.key === key && one.liftedIn === null && (now === null || compareTimes(now, one.until) < 0),
  );
  return inForce.reduce<KeySuspension | null>(
    (longest, one) => (longest && compareTimes(longest.until, one.until) >= 0 ? longest : one),
    null,
  );
}
