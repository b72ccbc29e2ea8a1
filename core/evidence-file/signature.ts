// The evidence of what was signed at once, without officers: the place of the signature in the log, between two versions.
import { z } from 'zod';
import { Bundle } from '../dsse/bundle.ts';
import { Leaf } from '../log/record.ts';
import { Policy } from '../policy/policy.ts';
import { DirectoryChain } from '../trust/chain.ts';

export const SIGNATURE_EVIDENCE_TYPE = 'https://stella.ops/evidence/signature/v1';

/**
 * protocol.md 17. `leaves`, in their order: `directory` of the version that the signature was made under, `signed`, and where
 * there is one `directory` of the first later version in which the key is no longer what it was: active, or at least retiring.
 */
export const SignatureEvidence = z.strictObject({
  _type: z.literal(SIGNATURE_EVIDENCE_TYPE),
  bundle: Bundle,
  policy: Policy,
  directory: DirectoryChain,
  leaves: z.array(Leaf).min(2).max(3),
  checkpoint: z.string().min(80).max(65536),
});
export type SignatureEvidence = z.infer<typeof SignatureEvidence>;
