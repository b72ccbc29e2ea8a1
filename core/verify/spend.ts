// Verifying what was signed under a bypass grant: the grant as officers made it, and the leaf that spent one of it.
import { openBundle } from '../dsse/bundle.ts';
import { Refusal } from '../fault/fault.ts';
import { digestBytes, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import type { Directory, SignerKey } from '../directory/directory.ts';
import { standsIn } from '../directory/succession.ts';
import { compareTimes } from '../name/names.ts';
import { beganInTime, parseGrant, untilOf, type GrantTerms } from '../predicate/grant.ts';
import type { SpendEvidence } from '../evidence-file/spend.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { checkSignature, releaseKeyOf, withStatement, type StatementBundle } from './bundle.ts';
import { checkLeaves, checkNoSpare, oneLeaf, payloadOf, type Placed } from './checks.ts';
import { checkKeyWindow, directoryLeaves } from './window.ts';
import { checkUnderLater, joinChains, verifyEvidence, type EvidenceVerdict } from './evidence.ts';

/** What was found true: how the grant came about, and that this was one of those that it allowed. */
export interface SpendVerdict {
  readonly requestId: string;
  readonly grant: string;
  readonly ordinal: number;
  readonly count: number;
  readonly key: string;
  readonly keyid: string;
  readonly evidence: EvidenceVerdict;
}

/** The grant came into force after it was signed, with the count and for the time that officers approved. */
function checkGranted({ grant, leaves }: SpendEvidence, id: string, terms: GrantTerms): Placed<'granted'> {
  const granted = oneLeaf(leaves, 'granted', (r) => r.grant === id);
  const { record } = granted;
  if (record.requestId !== grant.request.id || record.tenant !== grant.request.tenant)
    throw new Refusal('request_mismatch', 'granted');
  if (record.count !== terms.count || record.until !== untilOf(record.at, terms.minutes))
    throw new Refusal('grant_scope', 'granted');
  const intent = oneLeaf(grant.leaves, 'intent', (r) => r.requestId === grant.request.id);
  if (!beganInTime(record.at, intent.record.at, grant.request.approvalSeconds))
    throw new Refusal('expired', 'granted long after it was approved');
  const approved = oneLeaf(grant.leaves, 'approved', (r) => r.requestId === grant.request.id);
  if (granted.index < approved.index) throw new Refusal('order_wrong', 'granted before it was approved');
  return granted;
}

/** One of the count, in time, for this tenant and predicate type, of this very bundle. */
function checkSpent(
  crypto: Crypto,
  { leaves, bundle }: SpendEvidence,
  granted: Placed<'granted'>,
  terms: GrantTerms,
  opened: StatementBundle,
): Placed<'spent'> {
  const { grant, until, tenant } = granted.record;
  const spent = oneLeaf(leaves, 'spent', (r) => r.grant === grant);
  const { record } = spent;
  if (spent.index < granted.index) throw new Refusal('order_wrong', 'spent before it was granted');
  const sameBundle =
    record.payloadDigest === digestBytes(crypto, opened.payload) &&
    record.keyid === opened.keyid &&
    record.bundle === digestOf(crypto, bundle);
  if (!sameBundle) throw new Refusal('evidence_mismatch', 'another bundle was spent for');
  if (record.tenant !== tenant) throw new Refusal('grant_scope', 'tenant');
  if (record.ordinal > terms.count) throw new Refusal('grant_scope', `${record.ordinal} of ${terms.count}`);
  const late = compareTimes(record.at, until) >= 0;
  if (late || compareTimes(record.at, granted.record.at) < 0) throw new Refusal('grant_scope', record.at);
  if (!terms.predicateTypes.includes(opened.statement.predicateType))
    throw new Refusal('grant_scope', opened.statement.predicateType);
  return spent;
}

/** An approval-only key that stands in for an ordinary one, of this tenant, in the version that the leaf names. */
function checkKey(crypto: Crypto, directory: Directory, key: SignerKey, { record }: Placed<'spent'>): void {
  if (!key.approvalOnly) throw new Refusal('approval_only_misused', key.name);
  const then = directory.keys.find((k) => k.name === key.name);
  if (!then || keyId(crypto, then.key) !== record.keyid)
    throw new Refusal('key_unknown', `${key.name} was another key`);
  if (!standsIn(directory, key.name) || key.holder !== null)
    throw new Refusal('grant_scope', `${key.name} wants a person`);
  if (key.tenants.length > 0 && !key.tenants.includes(record.tenant))
    throw new Refusal('grant_scope', `${key.name} is of another tenant`);
}

/**
 * Verifies what was signed under a grant against a trusted directory chain (protocol.md 16). Pure: no clock, no network.
 * What no file can show is that the grant was not revoked a moment before: that is for whoever reads the log.
 * Throws a Refusal with the code of the first step that fails.
 */
export function verifySpend(crypto: Crypto, trusted: Trust, evidence: SpendEvidence): SpendVerdict {
  const { grant, leaves } = evidence;
  const found = verifyEvidence(crypto, trusted, grant);
  if (found.outcome !== 'signed' || grant.request.kind !== 'emergency-bypass')
    throw new Refusal('approval_missing', 'no grant was approved');
  const trust = joinChains(crypto, trusted, grant.directory);
  const id = grant.request.payloadDigest;
  const terms = parseGrant(payloadOf(crypto, grant));
  checkLeaves(crypto, openCheckpoint(crypto, trust.latest, grant.checkpoint), leaves);
  const opened = withStatement(openBundle(evidence.bundle));
  const key = releaseKeyOf(crypto, trust.latest, opened);
  checkSignature(crypto, key.key, opened);
  const granted = checkGranted(evidence, id, terms);
  const spent = checkSpent(crypto, evidence, granted, terms, opened);
  const inForce = trust.at(spent.record.directory);
  checkKey(crypto, inForce, key, spent);
  const versions = directoryLeaves([...grant.leaves, ...leaves]);
  checkKeyWindow(trust, key.name, spent.index, spent.record.at, versions);
  const later = checkUnderLater(crypto, trust, grant, leaves, {
    index: spent.index,
    directory: spent.record.directory,
  });
  checkNoSpare(leaves, [granted.index, spent.index, ...later]);
  return {
    requestId: spent.record.requestId,
    grant: id,
    ordinal: spent.record.ordinal,
    count: terms.count,
    key: key.name,
    keyid: opened.keyid,
    evidence: found,
  };
}
