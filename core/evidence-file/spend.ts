// The evidence of what was signed under a bypass grant: how the grant came about, and the leaf that spent one of it.
import { z } from 'zod';
import { equalBytes } from '../bytes/bytes.ts';
import { Bundle } from '../dsse/bundle.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';
import { Leaf } from '../log/record.ts';
import { EVIDENCE_TYPE, Evidence } from './evidence.ts';

export const SPEND_EVIDENCE_TYPE = 'https://stella.ops/spend-evidence/v1';

/**
 * protocol.md 16. `grant` is the whole evidence of the hold that asked for the grant; its checkpoint is over `leaves` as
 * well: `granted`, `spent`, and those of later directory versions that `grant` has not.
 */
export const SpendEvidence = z.strictObject({
  _type: z.literal(SPEND_EVIDENCE_TYPE),
  grant: Evidence,
  bundle: Bundle,
  leaves: z.array(Leaf).min(2).max(8),
});
export type SpendEvidence = z.infer<typeof SpendEvidence>;

const Either = z.discriminatedUnion('_type', [Evidence, SpendEvidence]);

/** Whether evidence is of a signature under a grant. */
export function isSpend(evidence: Evidence | SpendEvidence): evidence is SpendEvidence {
  return evidence._type !== EVIDENCE_TYPE;
}

/** A value as either kind of evidence. Throws Refusal `schema`. */
export function eitherEvidence(value: unknown): Evidence | SpendEvidence {
  const evidence = parseAs(Either, value);
  // A schema library may drop a member that it cannot keep, such as `__proto__`; what was dropped went unchecked.
  if (!equalBytes(canonical(evidence), canonical(value as object)))
    throw new Refusal('schema', 'a member was not kept');
  return evidence;
}

/** Parses an evidence file of either kind, strictly. Throws Refusal `json_*` or `schema`. */
export function parseEitherEvidence(bytes: Uint8Array): Evidence | SpendEvidence {
  return eitherEvidence(parseStrict(bytes, { maxBytes: 64 * 1024 * 1024 }));
}
