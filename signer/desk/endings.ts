// The ways in which a hold ends without a signature, and alarms.
import { Refusal } from '../../core/fault/fault.ts';
import { holdStates, isEnded, move, type HoldMove } from '../../core/hold/hold.ts';
import { rowOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import { record, type Context } from './context.ts';
import { tellAlarm, tellHold } from './feed-events.ts';

/** Writes an alarm into the log and the tenant's sequence. */
export async function alarmIn(
  context: Context,
  db: Db,
  tenant: string,
  code: string,
  about: string,
): Promise<void> {
  await context.log.appendIn(db, [record(context, { event: 'alarm', code, about })]);
  await tellAlarm(context, db, tenant, code, about);
}

const endings = { deny: 'denied', expire: 'expired', withdraw: 'withdrawn', refuse: 'refused' } as const;
export type Ending = keyof typeof endings & HoldMove;

/**
 * Ends a hold: `closed` leaf, state and event in the caller's transaction.
 * Throws Refusal `hold_closed` when it has ended, or its state does not allow this end.
 */
export async function endIn(
  context: Context,
  db: Db,
  requestId: string,
  by: Ending,
  code: string,
): Promise<void> {
  const found = await db
    .selectFrom('holds')
    .selectAll()
    .where('requestId', '=', requestId)
    .executeTakeFirst();
  const row = rowOf('holds', found);
  move(row.state, by);
  const { tenant } = row;
  const state = endings[by];
  const [leaf] = await context.log.appendIn(db, [
    record(context, { event: 'closed', tenant, requestId, state, code }),
  ]);
  await db
    .updateTable('holds')
    .set({ state, code, endLeaf: leaf?.index ?? null })
    .where('requestId', '=', requestId)
    .execute();
  const { count } = await db
    .selectFrom('decisions')
    .select((s) => s.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('requestId', '=', requestId)
    .executeTakeFirstOrThrow();
  await tellHold(context, db, { tenant, requestId, state, code, decisions: count });
}

/**
 * Refuses a hold for good, with an alarm: nothing of it is ever signed. The row need not even parse: it is set aside by
 * its id alone. Does nothing to a hold that has ended.
 */
export async function refuseHold(
  context: Context,
  requestId: string,
  { code, detail }: Refusal,
): Promise<void> {
  context.logger.error({ requestId, code, detail }, 'alarm: a hold was refused');
  const tenant = await context.store.write(async (db) => {
    const found = await db
      .selectFrom('holds')
      .select(['tenant', 'state'])
      .where('requestId', '=', requestId)
      .executeTakeFirst();
    const known = holdStates.find((state) => state === found?.state);
    if (!found || (known && isEnded(known))) return undefined;
    await alarmIn(context, db, found.tenant, code, requestId);
    const closed = record(context, {
      event: 'closed',
      tenant: found.tenant,
      requestId,
      state: 'refused',
      code,
    });
    const [leaf] = await context.log.appendIn(db, [closed]);
    await db
      .updateTable('holds')
      .set({ state: 'refused', code, endLeaf: leaf?.index ?? null })
      .where('requestId', '=', requestId)
      .execute();
    await tellHold(context, db, { tenant: found.tenant, requestId, state: 'refused', code, decisions: 32 });
    return found.tenant;
  });
  if (tenant !== undefined) context.announce(tenant);
}

/** Runs work on a hold; when it finds the stored hold edited, the hold is refused for good before the refusal goes on. */
export async function guarding<T>(context: Context, requestId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === 'store_tampered')
      await refuseHold(context, requestId, thrown);
    throw thrown;
  }
}
