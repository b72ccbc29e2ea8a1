// An evidence file of whichever kind, told apart by its `_type`.
import { z } from 'zod';
import { equalBytes } from '../bytes/bytes.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';
import { Evidence } from './evidence.ts';
import { SIGNATURE_EVIDENCE_TYPE, SignatureEvidence } from './signature.ts';
import { SPEND_EVIDENCE_TYPE, SpendEvidence } from './spend.ts';

const Any = z.discriminatedUnion('_type', [Evidence, SpendEvidence, SignatureEvidence]);
export type AnyEvidence = z.infer<typeof Any>;

/** Whether evidence is of a signature under a grant. */
export function isSpend(evidence: AnyEvidence): evidence is SpendEvidence {
  return evidence._type === SPEND_EVIDENCE_TYPE;
}

/** Whether evidence is of a signature that nobody had to decide. */
export function isSignature(evidence: AnyEvidence): evidence is SignatureEvidence {
  return evidence._type === SIGNATURE_EVIDENCE_TYPE;
}

/** A value as one kind of evidence. Throws Refusal `schema`. */
export function anyEvidence(value: unknown): AnyEvidence {
  const evidence = parseAs(Any, value);
  // A schema library may drop a member that it cannot keep, such as `__proto__`; what was dropped went unchecked.
  if (!equalBytes(canonical(evidence), canonical(value as object)))
    throw new Refusal('schema', 'a member was not kept');
  return evidence;
}

/** Parses an evidence file of any kind, strictly. Throws Refusal `json_*` or `schema`. */
export function parseAnyEvidence(bytes: Uint8Array): AnyEvidence {
  return anyEvidence(parseStrict(bytes, { maxBytes: 64 * 1024 * 1024 }));
}
