// Reading events: what Consoles are told, made from the stored sequence and what it points at.
import type { RowOf } from '../../contract/stored/signer.ts';
import type { HoldState } from '../../core/hold/hold.ts';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import { grantEnds } from '../../core/log/record.ts';
import { rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { feedOf } from './feed-events.ts';
import { grantRow } from './grants.ts';
import { shownGrant } from './grants-shown.ts';
import { decisionsOf, holdOf } from './holds.ts';
import type { FeedEvent, HoldRow } from './ports.ts';

/** A hold as Consoles get it. Throws Refusal `store_tampered`. */
export async function holdRowOf(
  context: Context,
  db: Db,
  requestId: string,
  as?: { state: HoldState; code: string | null; decisions: number },
): Promise<HoldRow> {
  const { row, request } = await holdOf(db, requestId);
  const decisions = await decisionsOf(db, row.tenant, requestId);
  return {
    request,
    state: as?.state ?? row.state,
    code: as ? as.code : row.code,
    held: await context.log.leafIn(db, row.heldLeaf),
    decisions: decisions.slice(0, as?.decisions ?? decisions.length).map((d) => d.sealed),
  };
}

/** A grant as it stood at its event. */
async function grantAt(
  context: Context,
  db: Db,
  { about, decisions, code }: RowOf<'events'>,
): Promise<Grant> {
  const row = await grantRow(db, about);
  if (!row) throw new CallerFault('not_found', about);
  return shownGrant(context, db, row, {
    used: decisions,
    why: grantEnds.find((end) => end === code) ?? null,
  });
}

/** A stored hold or grant that cannot be shown becomes an alarm in its place, so that one edited row stops nobody's sequence. */
async function opened(context: Context, db: Db, row: RowOf<'events'>): Promise<FeedEvent> {
  const { tenant, seq, code, state, requestId, decisions } = row;
  const alarm = (what: string, about: string): FeedEvent => ({
    tenant,
    seq,
    event: 'alarm',
    code: what,
    about,
  });
  if (row.event === 'alarm') return alarm(code ?? 'store_tampered', row.about);
  try {
    if (row.event === 'grant') return { tenant, seq, event: 'grant', grant: await grantAt(context, db, row) };
    if (requestId === null || state === null) return alarm('store_tampered', row.about);
    return {
      tenant,
      seq,
      event: 'hold',
      hold: await holdRowOf(context, db, requestId, { state, code, decisions }),
    };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    context.logger.error(
      { requestId, code: thrown.code, detail: thrown.detail },
      'a stored hold or grant cannot be shown',
    );
    return alarm('store_tampered', requestId ?? row.about.slice(0, 200));
  }
}

/** Desk.events. */
export function events(
  context: Context,
  tenant: string,
  after: number,
  limit: number,
): Promise<readonly FeedEvent[] | null> {
  return context.store.read(async (db) => {
    const feed = await feedOf(db, tenant);
    if (after > feed.seq || after + 1 < feed.oldest) return null;
    const found = await db
      .selectFrom('events')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit)
      .execute();
    const made: FeedEvent[] = [];
    for (const row of rowsOf('events', found)) made.push(await opened(context, db, row));
    return made;
  });
}

/** States in which something can still happen to a hold. */
export const openStates = ['waiting', 'quorate', 'committed'] as const;

/** Desk.snapshot. */
export function snapshot(
  context: Context,
  tenant: string,
  afterId: string,
  limit: number,
): Promise<{ seq: number; holds: readonly HoldRow[]; more: boolean }> {
  return context.store.read(async (db) => {
    const { seq } = await feedOf(db, tenant);
    const found = await db
      .selectFrom('holds')
      .select('requestId')
      .where('tenant', '=', tenant)
      .where('state', 'in', openStates)
      .where('requestId', '>', afterId)
      .orderBy('requestId')
      .limit(limit + 1)
      .execute();
    const holds: HoldRow[] = [];
    for (const { requestId } of found.slice(0, limit)) {
      const shown = await opened(context, db, {
        tenant,
        seq: 1,
        event: 'hold',
        requestId,
        ...(await stateOf(db, requestId)),
        about: '',
      });
      if (shown.event === 'hold') holds.push(shown.hold);
    }
    return { seq, holds, more: found.length > limit };
  });
}

async function stateOf(
  db: Db,
  requestId: string,
): Promise<Pick<RowOf<'events'>, 'state' | 'code' | 'decisions'>> {
  const { state, code } = await db
    .selectFrom('holds')
    .select(['state', 'code'])
    .where('requestId', '=', requestId)
    .executeTakeFirstOrThrow();
  return { state, code, decisions: Number.MAX_SAFE_INTEGER };
}

/** Desk.tenants. */
export function tenants(context: Context): Promise<{ tenant: string; seq: number }[]> {
  return context.store.read(async (db) => {
    const found = await db.selectFrom('feeds').selectAll().orderBy('tenant').execute();
    return rowsOf('feeds', found).map(({ tenant, seq }) => ({ tenant, seq }));
  });
}
