// The evidence of what was signed under a bypass grant: how the grant came about, and the leaf that spent one of it.
import { z } from 'zod';
import { Bundle } from '../dsse/bundle.ts';
import { Leaf } from '../log/record.ts';
import { Evidence } from './evidence.ts';

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
