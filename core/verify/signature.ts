// Verifying what was signed at once by its place in the log: also after its key was replaced, retired or revoked.
import { openBundle } from '../dsse/bundle.ts';
import { Refusal } from '../fault/fault.ts';
import { digestBytes, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import type { Directory, SignerKey } from '../directory/directory.ts';
import type { SignatureEvidence } from '../evidence-file/signature.ts';
import { parsePolicy } from '../policy/policy.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { checkSignature, releaseKeyOf, withStatement, type StatementBundle } from './bundle.ts';
import { checkLeaves, checkNoSpare, oneLeaf, type Placed } from './checks.ts';
import { joinChains } from './evidence.ts';
import { checkKeyWindow, directoryLeaves, endOf } from './window.ts';

/** What was found true. `leaf` and `at` say where in the log it stands; `state` is the key's in the newest version. */
export interface SignatureVerdict {
  readonly requestId: string;
  readonly key: string;
  readonly keyid: string;
  readonly state: SignerKey['state'];
  readonly leaf: number;
  readonly at: string;
  readonly signer: string;
  readonly directory: number;
  readonly checkpoint: number;
  readonly cosigners: readonly string[];
}

/** The one `signed` leaf, which must be of this very bundle. */
function checkSigned(crypto: Crypto, { leaves, bundle }: SignatureEvidence, opened: StatementBundle) {
  const signed = oneLeaf(leaves, 'signed', () => true);
  const { payloadDigest, keyid, bundle: digest } = signed.record;
  const same =
    payloadDigest === digestBytes(crypto, opened.payload) &&
    keyid === opened.keyid &&
    digest === digestOf(crypto, bundle);
  if (!same) throw new Refusal('evidence_mismatch', 'another bundle was signed there');
  return signed;
}

/** The same key in the version that the leaf names, for callers there as well, and of the leaf's tenant. */
function checkKeyThen(
  crypto: Crypto,
  directory: Directory,
  key: SignerKey,
  { record }: Placed<'signed'>,
): void {
  const then = directory.keys.find((k) => k.name === key.name);
  if (!then || keyId(crypto, then.key) !== record.keyid)
    throw new Refusal('key_unknown', `${key.name} was another key`);
  if (then.approvalOnly || key.approvalOnly) throw new Refusal('approval_missing', key.name);
  if (then.tenants.length > 0 && !then.tenants.includes(record.tenant))
    throw new Refusal('key_use', `${key.name} is of another tenant`);
}

/** The leaves of the versions around it, each at its side; returns their indices. */
function checkVersions(
  trust: Trust,
  { leaves, directory }: SignatureEvidence,
  signed: Placed<'signed'>,
  key: string,
) {
  const under = oneLeaf(leaves, 'directory', ({ digest }) => digest === signed.record.directory);
  if (under.index > signed.index) throw new Refusal('order_wrong', 'directory after what it allowed');
  const end = endOf(trust, key, trust.at(signed.record.directory).version);
  const digest = end && trust.digests[end.version - 1];
  const later = leaves.find(({ record }) => record.event === 'directory' && record.digest === digest);
  if (later && later.index < signed.index) throw new Refusal('order_wrong', 'a newer directory before');
  const placed = directoryLeaves(leaves);
  if (placed.some(({ record }) => record.version > directory.versions.length))
    throw new Refusal('directory_skipped', 'a leaf of a version that the file lacks');
  checkKeyWindow(trust, key, signed.index, signed.record.at, placed);
  return [under.index, ...(later ? [later.index] : [])];
}

/**
 * Verifies what was signed at once against a trusted directory chain (protocol.md 17). Pure: no clock, no network.
 * Throws a Refusal with the code of the first step that fails.
 */
export function verifySignature(
  crypto: Crypto,
  trusted: Trust,
  evidence: SignatureEvidence,
): SignatureVerdict {
  const trust = joinChains(crypto, trusted, evidence.directory);
  const checkpoint = openCheckpoint(crypto, trust.latest, evidence.checkpoint);
  const unread = openBundle(evidence.bundle);
  const key = releaseKeyOf(crypto, trust.latest, unread);
  checkSignature(crypto, key.key, unread);
  const opened = withStatement(unread);
  checkLeaves(crypto, checkpoint, evidence.leaves);
  const signed = checkSigned(crypto, evidence, opened);
  const directory = trust.at(signed.record.directory);
  checkKeyThen(crypto, directory, key, signed);
  const { witnesses } = parsePolicy(crypto, evidence.policy, directory.policy);
  if (checkpoint.cosigners.length < witnesses)
    throw new Refusal('witness_missing', `${checkpoint.cosigners.length} of ${witnesses}`);
  checkNoSpare(evidence.leaves, [signed.index, ...checkVersions(trust, evidence, signed, key.name)]);
  return {
    requestId: signed.record.requestId,
    key: key.name,
    keyid: opened.keyid,
    state: key.state,
    leaf: signed.index,
    at: signed.record.at,
    signer: trust.signer,
    directory: trust.latest.version,
    checkpoint: checkpoint.size,
    cosigners: checkpoint.cosigners.map(({ name }) => name),
  };
}
