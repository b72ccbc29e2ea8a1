// Bypass grants as Consoles get them: made from the row, the statement that officers approved, and their decisions.
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { GrantEnd } from '../../core/log/record.ts';
import { parseGrant } from '../../core/predicate/grant.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import { rowOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import type { GrantRow } from './grants.ts';
import { decisionsOf, holdOf, untampered } from './holds.ts';

/** A grant as Consoles get it; `as` is how it stood at an earlier event. Throws Refusal `store_tampered`. */
export async function shownGrant(
  context: Context,
  db: Db,
  row: GrantRow,
  as: { used: number; why: GrantEnd | null } = row,
): Promise<Grant> {
  const hold = await holdOf(db, row.requestId);
  const { predicateTypes, cause, raisedBy } = untampered(row.grant, () => parseGrant(hold.row.payload));
  if (hold.request.payloadDigest !== row.grant || hold.row.intentLeaf === null)
    throw new Refusal('store_tampered', row.grant);
  const { record: intent } = await context.log.leafIn(db, hold.row.intentLeaf);
  if (intent.event !== 'intent') throw new Refusal('store_tampered', row.grant);
  const approvedBy = (await decisionsOf(db, row.tenant, row.requestId))
    .filter(({ sealed }) => intent.decisions.includes(digestOf(context.crypto, sealed)))
    .map(({ sealed }) => sealed.decision.officer);
  const { grant: id, requestId, tenant, count, from, until } = row;
  const over = as.why !== null;
  return {
    id,
    requestId,
    tenant,
    predicateTypes,
    count,
    from,
    until,
    cause,
    approvedBy,
    used: as.used,
    raisedBy: raisedBy.subject,
    state: over ? 'ended' : 'live',
    why: as.why,
    endedBy: over ? row.endedBy : null,
    endedAt: over ? row.endedAt : null,
  };
}

const MOST_SHOWN = 64;

/** Desk.grants. One that cannot be shown is left out, and logged: it stops nobody's snapshot. */
export async function grantsOf(context: Context, tenant: string): Promise<Grant[]> {
  return context.store.read(async (db) => {
    const found = await db
      .selectFrom('grants')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy('state', 'desc') // `live` before `ended`
      .orderBy('from', 'desc')
      .limit(MOST_SHOWN)
      .execute();
    const shown: Grant[] = [];
    for (const one of found) {
      try {
        shown.push(await shownGrant(context, db, rowOf('grants', one)));
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        context.logger.error({ grant: one.grant, code: thrown.code }, 'a stored grant cannot be shown');
      }
    }
    return shown;
  });
}
