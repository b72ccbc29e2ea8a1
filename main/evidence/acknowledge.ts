// When a decision counts as delivered: its leaf, in this log, under a checkpoint that fits everything seen before.
import { fromBase64, fromBase64Url } from '../../core/bytes/base64.ts';
import type { Sealed } from '../../core/decision/decision.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import { leafData } from '../../core/log/leaf.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { Leaf } from '../../core/log/record.ts';

/** What the Signer answers when it recorded a decision, as it came. */
export interface RecordedAnswer {
  readonly challenge: string;
  readonly leaf: Leaf;
  readonly checkpoint: string;
}

/** The leaf's record is exactly this decision's. Refusal `leaf_missing`, or `order_wrong` before the head it names. */
export function checkRecord(crypto: Crypto, tenant: string, sealed: Sealed, { index, record }: Leaf): void {
  const { challenge, requestId, officer, verdict, logHead } = sealed.decision;
  const fits =
    record.event === 'decided' &&
    record.tenant === tenant &&
    record.requestId === requestId &&
    record.challenge === challenge &&
    record.officer === officer &&
    record.verdict === verdict &&
    record.decision === digestOf(crypto, sealed);
  if (!fits) throw new Refusal('leaf_missing', `leaf ${index} is not of this decision`);
  if (index < logHead.size) throw new Refusal('order_wrong', `leaf ${index} before head ${logHead.size}`);
}

/** The leaf stands under this head. Refusal `proof_invalid_log`. */
export function checkLeaf(crypto: Crypto, head: Head, leaf: Leaf): void {
  const hash = leafHash(crypto, leafData(crypto, fromBase64Url(leaf.salt), leaf.record));
  const claim = { index: leaf.index, size: head.size, leafHash: hash, root: fromBase64(head.root) };
  if (!verifyInclusion(crypto, { ...claim, proof: leaf.proof.map(fromBase64) }))
    throw new Refusal('proof_invalid_log', `leaf ${leaf.index} of ${head.size}`);
}
