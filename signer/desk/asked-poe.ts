// Asking the licensing service, and what its answer, of whatever kind, means for bypass grants.
import type { SignBody } from '../../contract/wire/sign.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Finding } from '../../core/request/request.ts';
import type { Context } from './context.ts';
import { endGrant, liveGrants } from './grants.ts';
import type { Caller } from './ports.ts';

/** Whether the service itself answered just now; a kept answer does not say that it is back. */
const answered = ({ result, code }: Finding): boolean =>
  result !== 'unavailable' && code !== 'entitled_cached';

/**
 * The finding of the gate `poe`. A yes or a no means that the service is back, and ends the tenant's grants: they were
 * given for want of an answer. Throws CallerFault `not_entitled`.
 */
export async function askedPoe(
  context: Context,
  caller: Caller,
  body: Pick<SignBody, 'poe'>,
): Promise<Finding> {
  const finding = await context.gates.poe(caller, body);
  if (answered(finding)) {
    for (const { grant } of await liveGrants(context, caller.tenant))
      await endGrant(context, caller.tenant, grant, { why: 'poe_returned' });
  }
  if (finding.result === 'fail')
    throw new CallerFault('not_entitled', `licensing: ${finding.facts['reason']}`);
  return finding;
}
