// The predicates that are the Signer's own word, and the form of an approval statement.
import { z } from 'zod';
import { Digest } from '../json/digest.ts';
import { Time, Ulid } from '../name/names.ts';
import { Refusal } from '../fault/fault.ts';
import { parseAs } from '../json/schema.ts';
import { parseStrict } from '../json/parse.ts';

export const APPROVAL_PREDICATE = 'https://stella.ops/approval/v1';

/**
 * Predicate types and payload types that callers may not order (protocol.md 10): whatever begins with one of our names as
 * a whole word, so that no version, path or mark behind it makes a look-alike.
 */
const reservedPredicate =
  /^https?:\/\/(www\.)?stella\.ops\.?(:\d+)?\/+(approval|ceremony|grant|review)(?![a-z0-9])/;
const reservedPayload = 'application/vnd.stella.';

/** Whether a predicate type is our own evidence, or reads like it. Compared without case. */
export function isReservedPredicate(predicateType: string): boolean {
  return reservedPredicate.test(predicateType.trim().toLowerCase());
}

/** Whether a payload type is one of our own. */
export function isReservedPayloadType(payloadType: string): boolean {
  return payloadType.trim().toLowerCase().startsWith(reservedPayload);
}

/** What the Signer says of decisions it received: only that it received them; authority is in the devices' signatures. */
const Approval = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(
      z.strictObject({
        name: z.literal('payload'),
        digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      }),
    )
    .length(1),
  predicateType: z.literal(APPROVAL_PREDICATE),
  predicate: z.strictObject({
    requestId: Ulid,
    requestDigest: Digest,
    decisions: z.array(Digest).min(1).max(32),
    receivedAt: Time,
  }),
});
export type Approval = z.infer<typeof Approval>;

/** Makes the approval statement for a payload digest. */
export function approvalOf(payloadDigest: string, predicate: Approval['predicate']): Approval {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'payload', digest: { sha256: payloadDigest.slice('sha256:'.length) } }],
    predicateType: APPROVAL_PREDICATE,
    predicate,
  };
}

/** Parses the payload of an approval statement's envelope. Throws Refusal `statement_invalid` or a JSON code. */
export function parseApproval(payload: Uint8Array): Approval {
  const value = parseStrict(payload);
  try {
    return parseAs(Approval, value);
  } catch (error) {
    throw new Refusal('statement_invalid', error instanceof Error ? error.message : '', error);
  }
}
