// The evidence file: everything a stranger needs to check one held request, and nothing that goes unchecked.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { equalBytes } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';
import { Bundle } from '../dsse/bundle.ts';
import { Envelope } from '../dsse/envelope.ts';
import { canonical } from '../json/canonical.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';
import { Leaf } from '../log/record.ts';
import { Policy } from '../policy/policy.ts';
import { Request } from '../request/request.ts';
import { Sealed } from '../decision/decision.ts';
import { DirectoryChain } from '../trust/chain.ts';

export const EVIDENCE_TYPE = 'https://stella.ops/evidence/v1';

const Hashes = z.array(Base64.length(44)).max(126);

/**
 * protocol.md 11. `payload` is the payload's bytes in base64 (bundles repeat it; a denial has no bundle).
 * `heads` are the consistency proofs (RFC 6962, 2.1.2) from each log head that a decision names to the checkpoint.
 * `checkpoint` is a C2SP signed note with the log's signature and the witnesses' cosignatures.
 */
export const Evidence = z.strictObject({
  _type: z.literal(EVIDENCE_TYPE),
  request: Request,
  payload: Base64,
  policy: Policy,
  directory: DirectoryChain,
  decisions: z.array(Sealed).min(1).max(32),
  bundles: z.array(Bundle).max(8),
  approvals: z.array(Envelope).max(1),
  leaves: z.array(Leaf).min(2).max(64),
  heads: z.array(z.strictObject({ size: z.int().min(1), proof: Hashes })).max(32),
  checkpoint: z.string().min(80).max(65536),
});
export type Evidence = z.infer<typeof Evidence>;

/** Parses an evidence file's bytes, strictly. Throws Refusal `json_*` or `schema`. */
export function parseEvidence(bytes: Uint8Array): Evidence {
  const value = parseStrict(bytes, { maxBytes: 64 * 1024 * 1024 });
  const evidence = parseAs(Evidence, value);
  // A schema library may drop a member that it cannot keep, such as `__proto__`; what was dropped went unchecked.
  if (!equalBytes(canonical(evidence), canonical(value)))
    throw new Refusal('schema', 'a member was not kept');
  return evidence;
}
