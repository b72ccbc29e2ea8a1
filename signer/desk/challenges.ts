// Challenges: 32 random bytes for one officer and one request; a decision's id.
import type { RowOf } from '../../contract/stored/signer.ts';
import { toBase64Url } from '../../core/bytes/base64.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { isOpen } from '../../core/hold/hold.ts';
import { compareTimes } from '../../core/name/names.ts';
import { maybeRow } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { holdOf, type Hold } from './holds.ts';
import type { Seat } from './ports.ts';

/** Throws Refusal `hold_closed` or `expired` unless officers may still decide. */
export function checkOpen(context: Context, { row, request }: Hold): void {
  if (!isOpen(row.state)) throw new Refusal('hold_closed', `${row.requestId} is ${row.state}`);
  if (compareTimes(context.now().toISOString(), request.expires) > 0)
    throw new Refusal('expired', row.requestId);
}

/** Desk.challenge. Throws CallerFault `not_found`, Refusal `hold_closed`, `expired`. */
export function challengeFor(context: Context, seat: Seat, requestId: string): Promise<string> {
  return context.store.write(async (db) => {
    const hold = await holdOf(db, requestId);
    checkOpen(context, hold);
    const { tenant } = hold.row;
    const key = { tenant, requestId, officer: seat.officer };
    const found = await db
      .selectFrom('challenges')
      .selectAll()
      .where((where) => where.and({ ...key, answered: 0 }))
      .executeTakeFirst();
    const given = maybeRow('challenges', found);
    if (given) return given.challenge;
    const challenge = toBase64Url(context.random(32));
    await db
      .insertInto('challenges')
      .values({ ...key, challenge, answered: 0 })
      .execute();
    return challenge;
  });
}

/** The row of a challenge, if it was ever given. */
export async function givenChallenge(db: Db, challenge: string): Promise<RowOf<'challenges'> | undefined> {
  return maybeRow(
    'challenges',
    await db.selectFrom('challenges').selectAll().where('challenge', '=', challenge).executeTakeFirst(),
  );
}

/** Marks a challenge: 1 answered, 2 an alarm was raised over it: answered again with other bytes, or under a foreign head. */
export async function markChallenge(db: Db, challenge: string, answered: 1 | 2): Promise<void> {
  await db.updateTable('challenges').set({ answered }).where('challenge', '=', challenge).execute();
}
