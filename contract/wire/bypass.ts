// HTTP body by which an operator raises a bypass; the answer is that of any held request.
import { z } from 'zod';
import { Cause, Count, Minutes, PredicateTypes } from '../../core/predicate/grant.ts';
import { Id } from '../../core/name/names.ts';
import { SignBody } from './sign.ts';

/** POST bypass-requests (protocol.md 16). What is left out is the ceiling's. `poe` is asked of the licensing service and never stored. */
export const BypassBody = z.strictObject({
  tenant: Id.describe("the token's own"),
  predicateTypes: PredicateTypes.describe('sorted, each once; none of our own'),
  count: Count.optional().describe('how many signatures; the most unless given'),
  minutes: Minutes.optional().describe('for how long, from when it comes into force; the most unless given'),
  cause: Cause.describe('why, in words that officers will read'),
  poe: SignBody.shape.poe,
});
export type BypassBody = z.infer<typeof BypassBody>;
