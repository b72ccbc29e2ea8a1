// Raising a bypass: while the licensing service does not answer, an operator asks officers for a grant.
import type { BypassBody } from '../../contract/wire/bypass.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { GRANT_PREDICATE, Outage, ceiling, grantPayload, lastYesLeft } from '../../core/predicate/grant.ts';
import type { Finding } from '../../core/request/request.ts';
import { askedPoe } from './asked-poe.ts';
import type { Context } from './context.ts';
import { liveGrants } from './grants.ts';
import { holdRequest } from './hold.ts';
import type { Lease } from './idempotency.ts';
import type { Caller, Outcome } from './ports.ts';
import { askedKey, keyFinding, quotaFinding } from './submission.ts';

/** So many grants of a tenant may be in force when another one is asked for. */
export const MOST_LIVE = 8;

/** The outage as evidence. Throws CallerFault `bypass_not_needed` unless the service is unavailable past its last yes. */
function outageOf({ result, facts }: Finding): Outage {
  if (result === 'pass') throw new CallerFault('bypass_not_needed', 'the licence is found good');
  const outage = Outage.safeParse(facts);
  if (!outage.success) throw new CallerFault('internal', 'the gate poe told no outage', outage.error);
  const left = lastYesLeft(outage.data);
  if (left > 0)
    throw new CallerFault('bypass_not_needed', `the last yes counts for ${Math.ceil(left / 1000)} s more`);
  return outage.data;
}

/** One raise, after idempotency and quota: the service is asked at this moment, and what it did not say goes into the grant. */
export async function raise(
  context: Context,
  lease: Lease,
  { caller, body, origin }: { caller: Caller; body: BypassBody; origin: string },
): Promise<Outcome> {
  const { tenant, subject, jkt } = caller;
  const poe = await askedPoe(context, caller, body);
  const outage = outageOf(poe);
  const live = await liveGrants(context, tenant);
  if (live.length >= MOST_LIVE) throw new CallerFault('bypass_limit', `${live.length} in force`);
  const key = askedKey(context, tenant, { signingMode: 'keyful' });
  const requestId = context.ulid();
  const payload = grantPayload({
    signer: context.trust.signer,
    requestId,
    tenant,
    raisedBy: { subject, jkt },
    predicateTypes: body.predicateTypes,
    count: body.count ?? ceiling.count,
    minutes: body.minutes ?? ceiling.minutes,
    cause: body.cause,
    outage,
  });
  const findings = [caller.finding, poe, quotaFinding(lease), keyFinding(key)];
  const asked = { requestId, caller, predicateType: GRANT_PREDICATE, payload, returnBundle: true };
  return holdRequest(context, { ...asked, lease, origin, key, findings, plan: 'none' }, 'emergency-bypass');
}
