// Verifying an evidence file: a checklist of named steps, from the pinned directory to the last leaf.
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import { digestBytes } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import type { Crypto } from '../key/crypto.ts';
import type { Leaf } from '../log/record.ts';
import { parsePolicy, type Policy } from '../policy/policy.ts';
import type { Evidence } from '../evidence-file/evidence.ts';
import { checkStillFollows, rebuild, type Rebuilt } from '../request/derive.ts';
import type { Expected } from '../decision/decision.ts';
import { requireQuorum, tally } from '../decision/tally.ts';
import { CHAIN_TYPE, DirectoryChain, verifyChain, type Trust } from '../trust/chain.ts';
import { openCheckpoint, type OpenCheckpoint } from '../trust/checkpoint.ts';
import { keyNamed } from '../directory/lookup.ts';
import type { Directory } from '../directory/directory.ts';
import { keyId } from '../key/keyid.ts';
import { openBundle, type Bundle } from '../dsse/bundle.ts';
import { checkSignature, releaseKeyOf, withStatement } from './bundle.ts';
import {
  checkApproval,
  checkHeads,
  checkIntent,
  checkLeaves,
  checkNoSpare,
  checkWitnesses,
  oneLeaf,
  payloadOf,
  placeDecisions,
  type Placed,
} from './checks.ts';
import { checkKeyWindow, directoryLeaves } from './window.ts';

/** What was found true. `directory` and `checkpoint` say as of when. */
export interface EvidenceVerdict {
  readonly outcome: 'signed' | 'denied';
  readonly requestId: string;
  readonly officers: readonly string[];
  readonly signer: string;
  readonly directory: number;
  readonly checkpoint: number;
  readonly cosigners: readonly string[];
}

/**
 * Joins the chain that the verifier trusts with the one in the file: they must agree on every version that both have.
 * The longer one is verified whole. Throws Refusal `directory_*`.
 */
export function joinChains(crypto: Crypto, trusted: Trust, given: DirectoryChain): Trust {
  const inFile = verifyChain(crypto, given, trusted.signer);
  const shared = Math.min(inFile.digests.length, trusted.digests.length);
  for (let i = 0; i < shared; i++)
    if (inFile.digests[i] !== trusted.digests[i])
      throw new Refusal('directory_invalid', `two versions ${i + 1}`);
  return inFile.digests.length > trusted.digests.length ? inFile : trusted;
}

function checkHold(
  crypto: Crypto,
  evidence: Evidence,
  rebuilt: Rebuilt,
): { held: Placed<'held'>; directory: Placed<'directory'> } {
  const { request, leaves } = evidence;
  const held = oneLeaf(leaves, 'held', (r) => r.requestId === request.id);
  const fits =
    held.record.requestDigest === rebuilt.digest && held.record.payloadDigest === request.payloadDigest;
  if (!fits || held.record.tenant !== request.tenant) throw new Refusal('request_mismatch', 'held');
  const directory = oneLeaf(leaves, 'directory', (r) => r.digest === request.directory);
  if (directory.index > held.index) throw new Refusal('order_wrong', 'directory after hold');
  const longest = Date.parse(held.record.at) + evidence.policy.requestSeconds * 1000;
  if (!(Date.parse(request.expires) <= longest))
    throw new Refusal('request_differs', `${request.id}: waits longer than policy lets it`);
  return { held, directory };
}

/** What every version is asked that a signature rests on: the rules still follow, and the quorum is one by its officers too. */
function checkUnder(
  crypto: Crypto,
  directory: Directory,
  evidence: Evidence,
  expected: Expected,
  rebuilt: Rebuilt,
): void {
  requireQuorum(crypto, { ...expected, directory }, evidence.decisions);
  checkStillFollows(crypto, directory, evidence.policy, rebuilt);
}

/**
 * The version that the intent names was the newest one then. Where there is a later one, either its leaf stands after
 * the intent, or the file is older than that version and then the newest must allow it as well: else whoever keeps the
 * log could sign for ever under a version that took back an officer, a key or a policy. Returns the leaf's index, if any.
 */
function checkNewest(
  crypto: Crypto,
  trust: Trust,
  evidence: Evidence,
  expected: Expected,
  rebuilt: Rebuilt,
  intent: Placed<'intent'>,
): number[] {
  const next = trust.digests[trust.at(intent.record.directory).version];
  if (next === undefined) return [];
  if (!evidence.leaves.some(({ record }) => record.event === 'directory' && record.digest === next)) {
    checkUnder(crypto, trust.latest, evidence, expected, rebuilt);
    return [];
  }
  const { index } = oneLeaf(evidence.leaves, 'directory', (r) => r.digest === next);
  if (index < intent.index) throw new Refusal('order_wrong', 'a newer directory before the intent');
  return [index];
}

function checkSigned(
  crypto: Crypto,
  trust: Trust,
  evidence: Evidence,
  expected: Expected,
  rebuilt: Rebuilt,
  decided: Placed<'decided'>[],
): number[] {
  const intent = checkIntent(crypto, evidence, expected.requestDigest, decided);
  const inForce = trust.at(intent.record.directory);
  requireQuorum(crypto, expected, evidence.decisions);
  checkUnder(crypto, inForce, evidence, expected, rebuilt);
  const newer = checkNewest(crypto, trust, evidence, expected, rebuilt, intent);
  const under = oneLeaf(evidence.leaves, 'directory', (r) => r.digest === intent.record.directory);
  if (under.index > intent.index || inForce.version < expected.directory.version)
    throw new Refusal('order_wrong', 'directory of the intent');
  const keys = evidence.bundles.map((bundle) => checkEvidenceBundle(crypto, trust, evidence, bundle, intent));
  const wanted = evidence.request.keys;
  if (keys.length !== wanted.length || keys.some((k, i) => k !== wanted[i]))
    throw new Refusal('evidence_mismatch', 'bundles and keys differ');
  checkApproval(crypto, evidence, inForce, expected.requestDigest, intent);
  const approved = oneLeaf(evidence.leaves, 'approved', (r) => r.requestId === evidence.request.id);
  return [intent.index, under.index, approved.index, ...newer];
}

function checkEvidenceBundle(
  crypto: Crypto,
  trust: Trust,
  evidence: Evidence,
  value: Bundle,
  intent: Placed<'intent'>,
): string {
  const bundle = withStatement(openBundle(value));
  if (digestBytes(crypto, bundle.payload) !== evidence.request.payloadDigest)
    throw new Refusal('payload_mismatch', 'bundle');
  const key = releaseKeyOf(crypto, trust.latest, bundle);
  checkSignature(crypto, key.key, bundle);
  if (!key.approvalOnly) throw new Refusal('approval_only_misused', key.name);
  if (!intent.record.keys.includes(bundle.keyid))
    throw new Refusal('key_unknown', `${key.name} is not in the intent`);
  if (keyId(crypto, keyNamed(trust.at(intent.record.directory), key.name).key) !== bundle.keyid)
    throw new Refusal('key_unknown', `${key.name} was another key at the intent`);
  checkKeyWindow(trust, key.name, intent.index, intent.record.at, directoryLeaves(evidence.leaves));
  return key.name;
}

function checkDenied(
  crypto: Crypto,
  evidence: Evidence,
  expected: Expected,
  decided: Placed<'decided'>[],
): number[] {
  if (tally(crypto, expected, evidence.decisions).state !== 'denied')
    throw new Refusal('quorum_incomplete', 'neither signed nor denied');
  if (evidence.approvals.length > 0)
    throw new Refusal('evidence_mismatch', 'an approval statement beside a denial');
  const closed = oneLeaf(
    evidence.leaves,
    'closed',
    (r) => r.requestId === evidence.request.id && r.state === 'denied',
  );
  if (decided.some((d) => d.index > closed.index)) throw new Refusal('order_wrong', 'decision after the end');
  return [closed.index];
}

/** What the verifier works out of an evidence file for itself. */
interface WorkedOut {
  readonly policy: Policy;
  readonly rebuilt: Rebuilt;
  readonly expected: Expected;
}

function workOut(crypto: Crypto, trust: Trust, evidence: Evidence): WorkedOut {
  const { request } = evidence;
  const payload = payloadOf(crypto, evidence);
  const directory = trust.at(request.directory);
  const policy = parsePolicy(crypto, evidence.policy, directory.policy);
  const rebuilt = rebuild(crypto, trust, policy, request, payload);
  const { digest: requestDigest, viewDigest } = rebuilt;
  return {
    policy,
    rebuilt,
    expected: { signer: trust.signer, request, requestDigest, viewDigest, directory },
  };
}

/**
 * Checks that what was decided still stood under the version that a later leaf names: that version's own leaf comes before
 * it, the next one's after it, as with an intent. `more` are the leaves that stand in a file around the evidence; returns
 * the indices of those that were needed. Throws what verifyEvidence throws.
 */
export function checkUnderLater(
  crypto: Crypto,
  trust: Trust,
  evidence: Evidence,
  more: readonly Leaf[],
  at: { readonly index: number; readonly directory: string },
): number[] {
  const { rebuilt, expected } = workOut(crypto, trust, evidence);
  const inForce = trust.at(at.directory);
  const intent = oneLeaf(evidence.leaves, 'intent', (r) => r.requestId === evidence.request.id);
  if (inForce.version < trust.at(intent.record.directory).version)
    throw new Refusal('order_wrong', 'an older directory after the intent');
  checkUnder(crypto, inForce, evidence, expected, rebuilt);
  const leaves = [...evidence.leaves, ...more];
  const under = oneLeaf(leaves, 'directory', (r) => r.digest === at.directory);
  if (under.index > at.index) throw new Refusal('order_wrong', 'directory after what it allowed');
  const next = trust.digests[inForce.version];
  const newer = leaves.find(({ record }) => record.event === 'directory' && record.digest === next);
  if (newer && newer.index < at.index) throw new Refusal('order_wrong', 'a newer directory before');
  if (next !== undefined && !newer) checkUnder(crypto, trust.latest, evidence, expected, rebuilt);
  const used = [under.index, ...(newer ? [newer.index] : [])];
  return used.filter((index) => more.some((leaf) => leaf.index === index));
}

/**
 * Verifies one evidence file against a trusted directory chain (protocol.md 11). Pure: no clock, no network.
 * Throws a Refusal with the code of the first step that fails; returns the verdict when every step holds.
 */
export function verifyEvidence(crypto: Crypto, trusted: Trust, evidence: Evidence): EvidenceVerdict {
  const trust = joinChains(crypto, trusted, evidence.directory);
  const { policy, rebuilt, expected } = workOut(crypto, trust, evidence);
  const checkpoint: OpenCheckpoint = openCheckpoint(crypto, trust.latest, evidence.checkpoint);
  checkWitnesses(trust.latest, evidence, checkpoint, policy.witnesses);
  checkLeaves(crypto, checkpoint, evidence.leaves);
  const { held, directory } = checkHold(crypto, evidence, rebuilt);
  const decided = placeDecisions(crypto, evidence);
  checkHeads(crypto, evidence, checkpoint, held.index);
  const signed = evidence.bundles.length > 0;
  const ends = signed
    ? checkSigned(crypto, trust, evidence, expected, rebuilt, decided)
    : checkDenied(crypto, evidence, expected, decided);
  checkNoSpare(evidence.leaves, [held.index, directory.index, ...decided.map((d) => d.index), ...ends]);
  return {
    outcome: signed ? 'signed' : 'denied',
    requestId: evidence.request.id,
    officers: evidence.decisions.map((d) => d.decision.officer),
    signer: trust.signer,
    directory: trust.latest.version,
    checkpoint: checkpoint.size,
    cosigners: checkpoint.cosigners.map((c) => c.name),
  };
}

/** A chain as canonical bytes, for a file. */
export function chainBytes(versions: readonly DirectoryChain['versions'][number][]): Uint8Array {
  return canonical(parseAs(DirectoryChain, { _type: CHAIN_TYPE, versions }));
}

/** The verdict's last words (protocol.md 12). */
export function asOf(verdict: Pick<EvidenceVerdict, 'directory' | 'checkpoint'>): string {
  return `as of directory ${verdict.directory}, checkpoint ${verdict.checkpoint}`;
}
