// The statement of a bypass grant (protocol.md 16): what is asked for, by whom, and the evidence of the outage.
import { z } from 'zod';
import { STATEMENT_TYPE, TypeUri } from '../dsse/statement.ts';
import { isFault, Refusal } from '../fault/fault.ts';
import { canonical, isCanonical } from '../json/canonical.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';
import { Id, Time, Ulid } from '../name/names.ts';
import { isReservedPredicate } from './approval.ts';

export const GRANT_PREDICATE = 'https://stella.ops/grant/v1';

/** No grant is larger, and what an operator leaves out is this. Minutes, signatures, predicate types. */
export const ceiling = { minutes: 60, count: 100, predicateTypes: 16 } as const;

const isSortedOnce = (types: readonly string[]): boolean =>
  types.every((type, at) => at === 0 || (types[at - 1] ?? '') < type);

/** Predicate types that a grant is for: each once, sorted by code unit, none of our own. */
export const PredicateTypes = z
  .array(TypeUri)
  .min(1)
  .max(ceiling.predicateTypes)
  .refine(isSortedOnce, 'not sorted, or one twice')
  .refine((types) => !types.some(isReservedPredicate), 'reserved');

export const Cause = z.string().min(1).max(500);
export const Minutes = z.int().min(1).max(ceiling.minutes);
export const Count = z.int().min(1).max(ceiling.count);

/**
 * What the gate `poe` saw when the bypass was raised: it is the finding's facts, member for member. `lastYes` is the
 * licensing service's last positive answer for the tenant as far as the Signer remembers, `none` where it knows of none.
 */
export const Outage = z.strictObject({
  host: z.string().min(1).max(300),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  foundAt: Time,
  lastYes: z.union([Time, z.literal('none')]),
  ttlSeconds: z.string().regex(/^\d{1,5}(?:\.\d{1,3})?$/),
});
export type Outage = z.infer<typeof Outage>;

const GrantPredicate = z.strictObject({
  requestId: Ulid,
  tenant: Id,
  raisedBy: z.strictObject({ subject: z.string().min(1).max(200), jkt: z.string().min(1).max(100) }),
  predicateTypes: PredicateTypes,
  count: Count,
  minutes: Minutes,
  cause: Cause,
  outage: Outage,
});
export type GrantPredicate = z.infer<typeof GrantPredicate>;

const GrantStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z
    .array(
      z.strictObject({
        name: z.literal('signer'),
        digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      }),
    )
    .length(1),
  predicateType: z.literal(GRANT_PREDICATE),
  predicate: GrantPredicate,
});

/** What a grant's statement says. `signer` is the digest of the directory's version 1. */
export interface GrantTerms extends GrantPredicate {
  readonly signer: string;
}

/** The payload: the canonical statement. Its digest is the grant's id. Throws Refusal `grant_invalid`. */
export function grantPayload({ signer, ...predicate }: GrantTerms): Uint8Array {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'signer', digest: { sha256: signer.slice('sha256:'.length) } }],
    predicateType: GRANT_PREDICATE,
    predicate,
  };
  return canonical(parseAs(GrantStatement, statement, 'grant_invalid'));
}

/** Reads a grant's payload. Throws Refusal `grant_invalid` for whatever is not the canonical statement of one grant. */
export function parseGrant(payload: Uint8Array): GrantTerms {
  let statement: z.infer<typeof GrantStatement>;
  try {
    statement = parseAs(GrantStatement, parseStrict(payload, { maxBytes: 65_536 }), 'grant_invalid');
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code === 'grant_invalid') throw thrown;
    throw new Refusal('grant_invalid', thrown.code, thrown);
  }
  if (!isCanonical(payload)) throw new Refusal('grant_invalid', 'not canonical');
  const [subject] = statement.subject;
  return { signer: `sha256:${subject?.digest.sha256 ?? ''}`, ...statement.predicate };
}

/** Milliseconds for which the last positive answer still counts after `foundAt`; 0 or less when it does not. */
export function lastYesLeft({ foundAt, lastYes, ttlSeconds }: Outage): number {
  if (lastYes === 'none') return 0;
  return Date.parse(lastYes) + Number(ttlSeconds) * 1000 - Date.parse(foundAt);
}

/** When a grant that came into force at `from` is over. */
export function untilOf(from: string, minutes: number): string {
  return new Date(Date.parse(from) + minutes * 60_000).toISOString();
}

/**
 * Whether a grant came into force in time: approvals of `approvalSeconds` age, counted from the intent, make none later.
 * A hold that was committed waits for its key however long; what officers granted for tonight must not begin next week.
 */
export function beganInTime(from: string, intentAt: string, approvalSeconds: number): boolean {
  return Date.parse(from) - Date.parse(intentAt) <= approvalSeconds * 1000;
}
