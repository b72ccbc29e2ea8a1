// Idempotency keys and quota: one lease for each key, and quota taken in the same transaction.
import type { RowOf } from '../../contract/stored/signer.ts';
import { toBase64Url } from '../../core/bytes/base64.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { maybeRow } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';

/** How long one attempt may take before another may begin, in milliseconds. */
export const LEASE = 60_000;
/** How long an outcome is kept for repeats, in milliseconds. */
export const OUTCOME_KEPT = 24 * 60 * 60 * 1000;
const MINUTE = 60_000;

/** One use of an idempotency key: the tenant, the token's subject, the key, and the digest of what is asked. */
export interface Use {
  readonly tenant: string;
  readonly subject: string;
  readonly key: string;
  readonly body: string;
}

export interface Quota {
  readonly limit: number;
  readonly remaining: number;
}

/** The right to run an attempt. */
export interface Lease extends Use {
  readonly lease: string;
  readonly quota: Quota;
}

export type Begun =
  | { readonly kind: 'run'; readonly lease: Lease }
  | { readonly kind: 'done'; readonly outcome: 'signed' | 'held'; readonly requestId: string };

function usedBy(db: Db, use: Use) {
  return db
    .selectFrom('idempotency')
    .selectAll()
    .where('tenant', '=', use.tenant)
    .where('subject', '=', use.subject)
    .where('key', '=', use.key)
    .executeTakeFirst();
}

/** Takes one from the tenant's minute. Throws CallerFault `quota_exceeded`, which says how long to wait. */
async function takeQuota(context: Context, db: Db, tenant: string): Promise<Quota> {
  const limit = context.policy.requestsPerMinute;
  const now = context.now().getTime();
  const minute = now - (now % MINUTE);
  const found = await db
    .selectFrom('quota')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('minute', '=', minute)
    .executeTakeFirst();
  const used = (maybeRow('quota', found)?.used ?? 0) + 1;
  if (used > limit)
    throw new CallerFault('quota_exceeded', tenant, undefined, Math.ceil((minute + MINUTE - now) / 1000));
  await db
    .insertInto('quota')
    .values({ tenant, minute, used })
    .onConflict((c) => c.columns(['tenant', 'minute']).doUpdateSet({ used }))
    .execute();
  return { limit, remaining: limit - used };
}

function settled(row: RowOf<'idempotency'>, now: number): Begun | undefined {
  if (row.outcome && row.requestId) return { kind: 'done', outcome: row.outcome, requestId: row.requestId };
  if (row.leaseEnds > now) throw new CallerFault('in_progress', row.key);
  return undefined;
}

/**
 * Begins an attempt, or finds what came of an earlier one. Throws CallerFault `idempotency_conflict` for another body,
 * `in_progress` while another attempt runs, `quota_exceeded`.
 */
export function begin(context: Context, use: Use): Promise<Begun> {
  return context.store.write(async (db) => {
    const now = context.now().getTime();
    const row = maybeRow('idempotency', await usedBy(db, use));
    if (row && row.body !== use.body) throw new CallerFault('idempotency_conflict', use.key);
    const done = row && settled(row, now);
    if (done) return done;
    const quota = await takeQuota(context, db, use.tenant);
    const lease = toBase64Url(context.random(16));
    const held = { lease, leaseEnds: now + LEASE };
    await db
      .insertInto('idempotency')
      .values({ ...use, ...held, outcome: null, requestId: null, createdAt: now })
      .onConflict((c) => c.columns(['tenant', 'subject', 'key']).doUpdateSet(held))
      .execute();
    return { kind: 'run', lease: { ...use, lease, quota } };
  });
}

/** Stores the first outcome, in the transaction that makes it true. Throws CallerFault `in_progress` when the lease was lost. */
export async function finishIn(
  db: Db,
  { tenant, subject, key, lease }: Lease,
  outcome: 'signed' | 'held',
  requestId: string,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('idempotency')
    .set({ outcome, requestId })
    .where('tenant', '=', tenant)
    .where('subject', '=', subject)
    .where('key', '=', key)
    .where('lease', '=', lease)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new CallerFault('in_progress', key);
}

/** Gives a lease back after a failed attempt, so that the next one with this key may try again. */
export async function giveBack(context: Context, { tenant, subject, key, lease }: Lease): Promise<void> {
  await context.store.write(async (db) => {
    await db
      .deleteFrom('idempotency')
      .where('tenant', '=', tenant)
      .where('subject', '=', subject)
      .where('key', '=', key)
      .where('lease', '=', lease)
      .where('outcome', 'is', null)
      .execute();
  });
}

/** At start: attempts of the process before this one died with it, for a data directory has one process at a time. */
export async function dropDeadLeases(context: Context): Promise<void> {
  await context.store.write(async (db) => {
    await db.deleteFrom('idempotency').where('outcome', 'is', null).execute();
  });
}

/** Forgets outcomes, with the answers they stand for, and quota counters that nobody needs any more. Holds stay. */
export async function forgetOld(context: Context): Promise<void> {
  const now = context.now().getTime();
  await context.store.write(async (db) => {
    await db
      .deleteFrom('idempotency')
      .where('outcome', 'is not', null)
      .where('createdAt', '<', now - OUTCOME_KEPT)
      .execute();
    await db
      .deleteFrom('issued')
      .where('grant', 'is', null) // what was signed under a grant stays for its evidence
      .where('createdAt', '<', now - OUTCOME_KEPT - LEASE)
      .execute();
    await db
      .deleteFrom('quota')
      .where('minute', '<', now - 2 * MINUTE)
      .execute();
  });
}
