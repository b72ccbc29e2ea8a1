// Writing events: a gapless sequence for each tenant, in the transaction of the change that they tell of.
import type { RowOf } from '../../contract/stored/signer.ts';
import type { HoldState } from '../../core/hold/hold.ts';
import { maybeRow } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';

type Content = Omit<RowOf<'events'>, 'tenant' | 'seq'>;

/** Where a tenant's sequence stands. */
export async function feedOf(db: Db, tenant: string): Promise<RowOf<'feeds'>> {
  const found = await db.selectFrom('feeds').selectAll().where('tenant', '=', tenant).executeTakeFirst();
  return maybeRow('feeds', found) ?? { tenant, seq: 0, oldest: 1 };
}

async function push(context: Context, db: Db, tenant: string, content: Content): Promise<void> {
  const feed = await feedOf(db, tenant);
  const seq = feed.seq + 1;
  let { oldest } = feed;
  if (seq - oldest >= context.eventsKept * 2) {
    oldest = seq - context.eventsKept;
    await db.deleteFrom('events').where('tenant', '=', tenant).where('seq', '<', oldest).execute();
  }
  await db
    .insertInto('events')
    .values({ tenant, seq, ...content })
    .execute();
  await db
    .insertInto('feeds')
    .values({ tenant, seq, oldest })
    .onConflict((c) => c.column('tenant').doUpdateSet({ seq, oldest }))
    .execute();
}

/** Tells that a hold is new or changed: its state now, with its first `decisions` decisions. */
export function tellHold(
  context: Context,
  db: Db,
  hold: { tenant: string; requestId: string; state: HoldState; code: string | null; decisions: number },
): Promise<void> {
  const { tenant, ...rest } = hold;
  return push(context, db, tenant, { event: 'hold', about: '', ...rest });
}

/** Tells of an alarm. */
export function tellAlarm(
  context: Context,
  db: Db,
  tenant: string,
  code: string,
  about: string,
): Promise<void> {
  return push(context, db, tenant, {
    event: 'alarm',
    code,
    about,
    requestId: null,
    state: null,
    decisions: 0,
  });
}

/** Tells that a grant is new or changed: how it stands now. */
export function tellGrant(context: Context, db: Db, row: RowOf<'grants'>): Promise<void> {
  const { tenant, requestId, grant: about, used: decisions, why: code } = row;
  return push(context, db, tenant, { event: 'grant', requestId, state: null, about, decisions, code });
}
