// The chain of directory versions: each signed by the quorum of the one before, the first one pinned.
import { z } from 'zod';
import { Refusal, isFault } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import type { Crypto } from '../key/crypto.ts';
import { Id } from '../name/names.ts';
import { Directory, parseDirectory } from '../directory/directory.ts';
import { deviceOf, officerOf } from '../directory/lookup.ts';
import { Proof, verifyProof } from '../decision/proof.ts';
import { checkQuorum, type Voice } from '../decision/quorum.ts';
import {
  MOST_SUSPENSIONS,
  PublishedSuspension,
  suspensionAt,
  verifyAllPublished,
  type KeySuspension,
  type Place,
  type Versions,
} from './suspensions.ts';

export const CHAIN_TYPE = 'https://stella.ops/signer/directory-chain/v1';

/** One officer's device signature over a directory version. */
export const DirectorySignature = z.strictObject({ officer: Id, device: Id, proof: Proof });
export type DirectorySignature = z.infer<typeof DirectorySignature>;

const Version = z.strictObject({ directory: Directory, signatures: z.array(DirectorySignature).max(16) });

/** All versions from 1 on. Version 1 bears no signatures: its digest is pinned. `suspensions` is absent when there are none. */
export const DirectoryChain = z.strictObject({
  _type: z.literal(CHAIN_TYPE),
  versions: z.tuple([Version], Version),
  suspensions: z.exactOptional(z.array(PublishedSuspension).min(1).max(MOST_SUSPENSIONS)),
});
export type DirectoryChain = z.infer<typeof DirectoryChain>;

/** A verified chain. `signer` is the digest of version 1: which Signer, which environment. */
export interface Trust extends Versions {
  /** Suspensions of keys that are known, in the order of the log. */
  readonly suspensions: readonly KeySuspension[];
  /** The suspension that a place in the log lies in, if any, for the key of this name. */
  suspendedAt(key: string, place: Place): KeySuspension | null;
}

/** The same versions with these suspensions, which whoever calls has checked. */
export function withSuspensions(versions: Versions, suspensions: readonly KeySuspension[]): Trust {
  return {
    ...versions,
    suspensions,
    suspendedAt: (key, place) => suspensionAt(suspensions, key, place),
  };
}

/** Checks that `next` may follow `before`, whoever signed it. Throws Refusal `directory_skipped` or `directory_invalid`. */
export function checkFollows(crypto: Crypto, before: Directory, next: Directory): void {
  if (next.version !== before.version + 1)
    throw new Refusal('directory_skipped', `${before.version} to ${next.version}`);
  if (next.previous !== digestOf(crypto, before))
    throw new Refusal('directory_invalid', `version ${next.version} names another predecessor`);
  if (next.environment !== before.environment) throw new Refusal('directory_invalid', 'environment changes');
  if (next.origin !== before.origin || next.rpId !== before.rpId)
    throw new Refusal('directory_invalid', 'origin or rpId changes');
}

/** The voice of one signature over `next`, by an officer and device of `before`. Throws Refusal, `device_proof` among others. */
export function voiceOf(
  crypto: Crypto,
  before: Directory,
  next: Directory,
  { officer: officerId, device: deviceId, proof }: DirectorySignature,
): Voice {
  const officer = officerOf(before, officerId);
  const device = deviceOf(officer, deviceId);
  verifyProof(crypto, before.rpId, device, 'directory', next, proof);
  return { officer, device, machine: null };
}

/** Checks that `next` follows `before` and that the quorum of `before`'s own rule signed it. Throws Refusal. */
export function verifySuccessor(
  crypto: Crypto,
  before: Directory,
  next: Directory,
  signatures: readonly DirectorySignature[],
): void {
  checkFollows(crypto, before, next);
  try {
    checkQuorum(
      before.change,
      signatures.map((signature) => voiceOf(crypto, before, next, signature)),
    );
  } catch (error) {
    if (isFault(error))
      throw new Refusal('directory_quorum', `version ${next.version}: ${error.message}`, error);
    throw error;
  }
}

/** Verifies a whole chain against the pinned digest of version 1. Throws Refusal `directory_*`, `suspension_invalid`, `schema`. */
export function verifyChain(crypto: Crypto, value: unknown, pin: string): Trust {
  const chain = parseAs(DirectoryChain, value);
  const [first, ...later] = chain.versions;
  let latest = parseDirectory(first.directory);
  let latestDigest = digestOf(crypto, latest);
  if (latest.version !== 1) throw new Refusal('directory_skipped', 'version 1');
  if (latestDigest !== pin) throw new Refusal('directory_unpinned', `pinned ${pin}, got ${latestDigest}`);
  if (first.signatures.length > 0) throw new Refusal('directory_invalid', 'version 1 bears signatures');
  const versions = new Map([[latestDigest, latest]]);
  for (const { directory, signatures } of later) {
    const next = parseDirectory(directory);
    verifySuccessor(crypto, latest, next, signatures);
    latest = next;
    latestDigest = digestOf(crypto, next);
    versions.set(latestDigest, next);
  }
  const known: Versions = {
    signer: pin,
    latest,
    latestDigest,
    digests: [...versions.keys()],
    at(digest) {
      const found = versions.get(digest);
      if (!found) throw new Refusal('directory_invalid', `no version ${digest}`);
      return found;
    },
  };
  return withSuspensions(known, verifyAllPublished(crypto, known, chain.suspensions ?? []));
}

/** The digest of a chain's version 1, as it is pinned. Throws Refusal when the value is no chain. */
export function pinOf(crypto: Crypto, value: unknown): string {
  return digestOf(crypto, parseAs(DirectoryChain, value).versions[0].directory);
}
