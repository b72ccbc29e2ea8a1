// The named steps of verifying one evidence file, in the order of protocol.md 9 and 11.
import { fromBase64, fromBase64Url } from '../bytes/base64.ts';
import { pae } from '../dsse/pae.ts';
import { PAYLOAD_TYPE } from '../dsse/statement.ts';
import { Refusal } from '../fault/fault.ts';
import { digestBytes, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import { leafData } from '../log/leaf.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import type { Leaf, LogRecord } from '../log/record.ts';
import type { OpenCheckpoint } from '../trust/checkpoint.ts';
import { compareTimes } from '../name/names.ts';
import { parseApproval } from '../predicate/approval.ts';
import type { Directory } from '../directory/directory.ts';
import { keyFor, witnessName } from '../directory/lookup.ts';
import type { Sealed } from '../decision/decision.ts';
import type { Evidence } from '../evidence-file/evidence.ts';

type RecordOf<E extends LogRecord['event']> = Extract<LogRecord, { event: E }>;

/** A leaf whose inclusion was verified, of one event. */
export interface Placed<E extends LogRecord['event']> {
  readonly index: number;
  readonly record: RecordOf<E>;
}

/**
 * Checks that for each decision at least `least` witnesses cosigned besides the machine that it was made on: a machine is
 * no outside witness of its own decision. Throws `witness_missing`.
 */
export function checkWitnesses(
  directory: Directory,
  { decisions }: Evidence,
  { cosigners }: OpenCheckpoint,
  least: number,
): void {
  for (const { machine } of decisions.map((d) => d.decision)) {
    const own = witnessName(directory, machine);
    const others = cosigners.filter(({ name }) => name !== own).length;
    if (others < least) throw new Refusal('witness_missing', `${others} of ${least} besides ${machine}`);
  }
}

/** Checks every leaf's inclusion proof against the checkpoint, and that indices differ and rise. */
export function checkLeaves(crypto: Crypto, checkpoint: OpenCheckpoint, leaves: readonly Leaf[]): void {
  let last = -1;
  for (const { index, salt, record, proof } of leaves) {
    if (index <= last) throw new Refusal('order_wrong', `leaf ${index} after ${last}`);
    last = index;
    const hash = leafHash(crypto, leafData(crypto, fromBase64Url(salt), record));
    const path = proof.map(fromBase64);
    if (
      !verifyInclusion(crypto, {
        index,
        size: checkpoint.size,
        leafHash: hash,
        proof: path,
        root: checkpoint.root,
      })
    )
      throw new Refusal('proof_invalid_log', `leaf ${index}`);
  }
}

/** The one leaf of an event that fits. Throws `leaf_missing` unless there is exactly one. */
export function oneLeaf<E extends LogRecord['event']>(
  leaves: readonly Leaf[],
  event: E,
  fits: (record: RecordOf<E>) => boolean,
): Placed<E> {
  const [found, ...more] = leaves.filter((l) => l.record.event === event && fits(l.record as RecordOf<E>));
  if (!found || more.length > 0) throw new Refusal('leaf_missing', `${event}: ${found ? 'several' : 'none'}`);
  return { index: found.index, record: found.record as RecordOf<E> };
}

/** Checks that each decision's log head is an earlier state of this very log that already held the request. */
export function checkHeads(
  crypto: Crypto,
  parts: Evidence,
  checkpoint: OpenCheckpoint,
  heldIndex: number,
): void {
  const { decisions, heads } = parts;
  const named = [...new Set(decisions.map((d) => d.decision.logHead.size))].sort((a, b) => a - b);
  if (heads.length !== named.length || heads.some((h, i) => h.size !== named[i]))
    throw new Refusal('head_mismatch', 'heads and decisions differ');
  for (const { decision } of decisions) {
    const head = decision.logHead;
    const proof = heads.find((h) => h.size === head.size)?.proof.map(fromBase64) ?? [];
    if (head.origin !== checkpoint.origin || head.size <= heldIndex || head.size > checkpoint.size)
      throw new Refusal('head_mismatch', `size ${head.size}`);
    const sizes = {
      oldSize: head.size,
      newSize: checkpoint.size,
      oldRoot: fromBase64(head.root),
      newRoot: checkpoint.root,
    };
    if (!verifyConsistency(crypto, { ...sizes, proof }))
      throw new Refusal('head_mismatch', `root at ${head.size}`);
  }
}

/** Places each decision in the log: in their order, after the head it names, before the request's end, under its own digest. */
export function placeDecisions(crypto: Crypto, parts: Evidence): Placed<'decided'>[] {
  let last = -1;
  return parts.decisions.map((sealed) => {
    const { decision } = sealed;
    const leaf = oneLeaf(parts.leaves, 'decided', (r) => r.decision === digestOf(crypto, sealed));
    const { record } = leaf;
    const same = record.requestId === decision.requestId && record.challenge === decision.challenge;
    if (!same || record.officer !== decision.officer || record.verdict !== decision.verdict)
      throw new Refusal('leaf_missing', `decision of ${decision.officer}`);
    if (record.tenant !== parts.request.tenant) throw new Refusal('leaf_missing', 'tenant');
    if (leaf.index <= last) throw new Refusal('order_wrong', `decision of ${decision.officer}`);
    last = leaf.index;
    if (leaf.index < decision.logHead.size)
      throw new Refusal('order_wrong', `decision of ${decision.officer} before its head`);
    if (compareTimes(record.at, parts.request.expires) > 0) throw new Refusal('expired', decision.officer);
    return leaf;
  });
}

/** Checks the signing-intent leaf: what, by which decisions, with which keys, after all of them and within the time. */
export function checkIntent(
  crypto: Crypto,
  parts: Evidence,
  requestDigest: string,
  decided: readonly Placed<'decided'>[],
): Placed<'intent'> {
  const { request } = parts;
  const intent = oneLeaf(parts.leaves, 'intent', (r) => r.requestId === request.id);
  const { record } = intent;
  if (
    record.requestDigest !== requestDigest ||
    record.payloadDigest !== request.payloadDigest ||
    record.tenant !== request.tenant
  )
    throw new Refusal('request_mismatch', 'intent');
  if (digestOf(crypto, record.decisions) !== digestOf(crypto, decisionDigests(crypto, parts.decisions)))
    throw new Refusal('leaf_missing', 'decisions of the intent');
  if (decided.some((d) => d.index > intent.index)) throw new Refusal('order_wrong', 'decision after intent');
  const oldest = Math.min(...decided.map((d) => Date.parse(d.record.at)));
  if (!(Date.parse(record.at) <= oldest + request.approvalSeconds * 1000))
    throw new Refusal('expired', 'approval');
  return intent;
}

/** Checks the Signer's approval statement: its own signature, its subject, its decisions, its leaf after the intent. */
export function checkApproval(
  crypto: Crypto,
  parts: Evidence,
  directory: Directory,
  requestDigest: string,
  intent: Placed<'intent'>,
): void {
  const envelope = parts.approvals[0];
  if (!envelope) throw new Refusal('approval_missing', 'approval statement');
  const key = keyFor(directory, 'attestation').key;
  const payload = fromBase64(envelope.payload);
  const signature = envelope.signatures[0];
  if (envelope.payloadType !== PAYLOAD_TYPE || envelope.signatures.length !== 1 || !signature)
    throw new Refusal('envelope_invalid', 'approval');
  if (signature.keyid !== keyId(crypto, key)) throw new Refusal('key_hint_mismatch', 'approval');
  if (!crypto.verify(key, pae(PAYLOAD_TYPE, payload), fromBase64(signature.sig)))
    throw new Refusal('signature_invalid', 'approval');
  const { subject, predicate } = parseApproval(payload);
  if (subject.some((s) => `sha256:${s.digest.sha256}` !== parts.request.payloadDigest))
    throw new Refusal('payload_mismatch', 'approval');
  if (predicate.requestDigest !== requestDigest || predicate.requestId !== parts.request.id)
    throw new Refusal('request_mismatch', 'approval');
  if (digestOf(crypto, predicate.decisions) !== digestOf(crypto, intent.record.decisions))
    throw new Refusal('leaf_missing', 'decisions of the approval');
  const leaf = oneLeaf(
    parts.leaves,
    'approved',
    (r) => r.requestId === parts.request.id && r.statement === digestOf(crypto, envelope),
  );
  if (leaf.record.requestDigest !== requestDigest || leaf.record.tenant !== parts.request.tenant)
    throw new Refusal('request_mismatch', 'approved');
  if (leaf.index < intent.index) throw new Refusal('order_wrong', 'approval before intent');
}

/** Checks that no leaf stands in the file for nothing: each is one of those that the steps placed. */
export function checkNoSpare(leaves: readonly Leaf[], used: readonly number[]): void {
  const spare = leaves.find((l) => !used.includes(l.index));
  if (spare) throw new Refusal('evidence_mismatch', `leaf ${spare.index} is not of this request`);
}

/** The payload's bytes. Throws `payload_mismatch` when they are not those that the request names. */
export function payloadOf(crypto: Crypto, parts: Evidence): Uint8Array {
  const payload = fromBase64(parts.payload);
  if (digestBytes(crypto, payload) !== parts.request.payloadDigest) throw new Refusal('payload_mismatch');
  return payload;
}

/** The digests of sealed decisions, in the order given. */
function decisionDigests(crypto: Crypto, decisions: readonly Sealed[]): string[] {
  return decisions.map((d) => digestOf(crypto, d));
}
