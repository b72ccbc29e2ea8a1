// A grant in force, or over, as the Signer says it is: what Consoles are told, whole each time.
import { z } from 'zod';
import { Digest } from '../json/digest.ts';
import { grantEnds } from '../log/record.ts';
import { Id, Time, Ulid } from '../name/names.ts';
import { Cause, Count, PredicateTypes } from './grant.ts';

/** `id` is the digest of the grant's statement, `requestId` the hold that asked for it, `raisedBy` a token's subject. */
export const Grant = z.strictObject({
  id: Digest,
  requestId: Ulid,
  tenant: Id,
  predicateTypes: PredicateTypes,
  count: Count,
  used: z.int().min(0),
  from: Time,
  until: Time,
  cause: Cause,
  raisedBy: z.string().min(1).max(200),
  approvedBy: z.array(Id).min(1).max(32),
  state: z.enum(['live', 'ended']),
  why: z.enum(grantEnds).nullable(),
  endedBy: Id.nullable(),
  endedAt: Time.nullable(),
});
export type Grant = z.infer<typeof Grant>;

/** What of a grant never changes, so that another value is a fault. */
export function fixedOf({ used, state, why, endedBy, endedAt, ...fixed }: Grant): object {
  void [used, state, why, endedBy, endedAt];
  return fixed;
}
