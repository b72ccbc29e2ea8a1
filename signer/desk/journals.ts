// Machines' journal heads: each decision brings one, and a journal never gets shorter.
import type { Decision } from '../../core/decision/decision.ts';
import { Refusal } from '../../core/fault/fault.ts';
import type { Head } from '../../core/log/head.ts';
import { maybeRow } from '../store/rows.ts';
import type { Db } from '../store/store.ts';

/** The journal head that a machine's last decision brought. */
export async function journalOf(db: Db, machine: string): Promise<Head | null> {
  const found = await db.selectFrom('journals').selectAll().where('machine', '=', machine).executeTakeFirst();
  const row = maybeRow('journals', found);
  return row ? { origin: row.origin, size: row.size, root: row.root } : null;
}

/** A denial is always taken. Throws Refusal `journal_shorter`, or `journal_broken` for another history of the same length. */
export async function checkJournal(db: Db, { machine, journalHead, verdict }: Decision): Promise<void> {
  const last = await journalOf(db, machine);
  if (!last || verdict === 'deny') return;
  if (journalHead.size < last.size)
    throw new Refusal('journal_shorter', `${machine}: ${journalHead.size}, it was ${last.size}`);
  const same =
    journalHead.origin === last.origin && (journalHead.size > last.size || journalHead.root === last.root);
  if (!same) throw new Refusal('journal_broken', machine);
}

/** Remembers a decision's journal head, unless it is shorter than what is remembered. */
export async function keepJournal(db: Db, { machine, journalHead }: Decision): Promise<void> {
  const last = await journalOf(db, machine);
  if (last && journalHead.size < last.size) return;
  await db
    .insertInto('journals')
    .values({ machine, ...journalHead })
    .onConflict((c) => c.column('machine').doUpdateSet(journalHead))
    .execute();
}
