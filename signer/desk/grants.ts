// Bypass grants as they are stored: how one comes into force, what of it is checked before it counts, and how it ends.
import type { RowOf } from '../../contract/stored/signer.ts';
import { CallerFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { RECORD_TYPE, type GrantEnd, type LogRecord } from '../../core/log/record.ts';
import { beganInTime, parseGrant, untilOf } from '../../core/predicate/grant.ts';
import { maybeRow, rowOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import { change, record, type Context } from './context.ts';
import { alarmIn } from './endings.ts';
import { tellGrant } from './feed-events.ts';
import { untampered, type Dossier } from './holds.ts';

export type GrantRow = RowOf<'grants'>;

/**
 * A tenant's grants that are in force as far as the rows say, the one that ends first first. A row that does not parse is set
 * aside with an alarm: it gives nothing, and stops nobody who has a licence.
 */
export async function liveGrants(context: Context, tenant: string): Promise<GrantRow[]> {
  const found = await context.store.read((db) =>
    db
      .selectFrom('grants')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('state', '=', 'live')
      .orderBy('until')
      .orderBy('grant')
      .execute(),
  );
  const rows: GrantRow[] = [];
  for (const one of found) {
    try {
      rows.push(rowOf('grants', one));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      await setAside(context, tenant, one.grant, thrown);
    }
  }
  return rows;
}

/** The row of a grant, if there is one. Throws Refusal `store_tampered`. */
export async function grantRow(db: Db, grant: string): Promise<GrantRow | undefined> {
  return maybeRow(
    'grants',
    await db.selectFrom('grants').selectAll().where('grant', '=', grant).executeTakeFirst(),
  );
}

/**
 * Brings the grant that a signed hold asked for into force, in the transaction that signs it: its time runs from this
 * leaf on. One that comes too long after its intent is over at once. The grant's id is the digest of the statement that
 * officers approved.
 */
export async function beginGrantIn(
  context: Context,
  db: Db,
  { request, row: hold }: Dossier,
  intentAt: string,
): Promise<void> {
  const { tenant, id: requestId, payloadDigest: grant } = request;
  const { count, minutes } = untampered(requestId, () => parseGrant(hold.payload));
  const from = context.now().toISOString();
  const until = untilOf(from, minutes);
  const about = { tenant, requestId, grant, count, until };
  const granted: LogRecord = { _type: RECORD_TYPE, at: from, event: 'granted', ...about };
  const [leaf] = await context.log.appendIn(db, [granted]);
  if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
  const row: GrantRow = {
    ...about,
    used: 0,
    from,
    grantedLeaf: leaf.index,
    state: 'live',
    why: null,
    endedBy: null,
    endLeaf: null,
    endedAt: null,
  };
  await db.insertInto('grants').values(row).execute();
  await tellGrant(context, db, row);
  if (!beganInTime(from, intentAt, request.approvalSeconds))
    await endGrantIn(context, db, row, { why: 'expired' });
}

/** Why a grant ends, and who ended it. */
export interface Ending {
  readonly why: GrantEnd;
  readonly officer?: string;
  readonly machine?: string;
  readonly reason?: string;
}

/** Ends a grant that is in force: leaf, row and event in the caller's transaction. */
export async function endGrantIn(context: Context, db: Db, row: GrantRow, ending: Ending): Promise<void> {
  const { tenant, requestId, grant } = row;
  const { why, officer = null, machine = null, reason = '' } = ending;
  const ended = record(context, { event: 'ended', tenant, requestId, grant, why, officer, machine, reason });
  const [leaf] = await context.log.appendIn(db, [ended]);
  if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
  const end = { why, endedBy: officer, endLeaf: leaf.index, endedAt: ended.at, state: 'ended' as const };
  await db.updateTable('grants').set(end).where('tenant', '=', tenant).where('grant', '=', grant).execute();
  await tellGrant(context, db, { ...row, ...end });
}

/** Ends a grant unless it is over already. Throws CallerFault `not_found`, Refusal `store_tampered`. */
export async function endGrant(
  context: Context,
  tenant: string,
  grant: string,
  ending: Ending,
): Promise<void> {
  await change(context, tenant, async (db) => {
    const row = await grantRow(db, grant);
    if (!row) throw new CallerFault('not_found', grant);
    if (row.state === 'live') await endGrantIn(context, db, row, ending);
  });
}

/** Desk.revokeGrant. One whose row does not even parse is set aside, which ends it as well. */
export async function revokeGrant(
  context: Context,
  { officer, machine }: { readonly officer: string; readonly machine: string },
  grant: string,
  reason: string,
): Promise<void> {
  const found = await context.store.read((db) =>
    db.selectFrom('grants').select('tenant').where('grant', '=', grant).executeTakeFirst(),
  );
  if (!found) throw new CallerFault('not_found', grant);
  try {
    await endGrant(context, found.tenant, grant, { why: 'revoked', officer, machine, reason });
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    await setAside(context, found.tenant, grant, thrown);
  }
}

/** Sets a grant aside that is not what was logged: an alarm, and nothing is ever signed under it again. The row need not parse. */
export async function setAside(
  context: Context,
  tenant: string,
  grant: string,
  { code, detail }: Refusal,
): Promise<void> {
  context.logger.error({ tenant, grant, code, detail }, 'alarm: a grant was set aside');
  await change(context, tenant, async (db) => {
    await alarmIn(context, db, tenant, code, grant.slice(0, 200));
    const found = await db.selectFrom('grants').selectAll().where('grant', '=', grant).executeTakeFirst();
    try {
      await endGrantIn(context, db, rowOf('grants', found), { why: 'tampered' });
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      await db
        .updateTable('grants')
        .set({ state: 'ended', why: 'tampered' })
        .where('grant', '=', grant)
        .execute();
    }
  });
}

/** Ends the grants whose time is over; returns how many. */
export async function expireGrants(context: Context): Promise<number> {
  const now = context.now().toISOString();
  const late = await context.store.read((db) =>
    db
      .selectFrom('grants')
      .select(['tenant', 'grant'])
      .where('state', '=', 'live')
      .where('until', '<=', now)
      .execute(),
  );
  for (const { tenant, grant } of late) {
    try {
      await endGrant(context, tenant, grant, { why: 'expired' });
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      context.logger.warn({ grant, code: thrown.code }, 'could not end a grant');
    }
  }
  return late.length;
}
