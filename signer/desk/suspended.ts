// Whether a key may sign now: asked before anything is begun with it, and again in each transaction that keeps a signature.
import { Refusal } from '../../core/fault/fault.ts';
import { compareTimes } from '../../core/name/names.ts';
import { suspensionNow, type KeySuspension } from '../../core/trust/suspensions.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { openRow, rowsFor } from './suspension-rows.ts';

/** A key that an officer stopped, among whatever else may be thrown. */
export function isSuspended(thrown: unknown): thrown is Refusal {
  return thrown instanceof Refusal && thrown.code === 'key_suspended';
}

const stopped = ({ key, until }: KeySuspension): Refusal =>
  new Refusal('key_suspended', `${key} until ${until}`);

/** Throws Refusal `key_suspended`, by what this process knows. `standing` is of this moment, whatever version a use case works under. */
export function checkFree({ standing, now }: Context, name: string): void {
  const found = suspensionNow(standing.trust.suspensions, name, now().toISOString());
  if (found) throw stopped(found);
}

/**
 * The same inside a transaction, where an order may stand that was carried out a moment before and is not known yet. What the
 * process knows is not forgotten for a row that went away. Throws Refusal `key_suspended`, `store_tampered`.
 */
export async function checkFreeIn(context: Context, db: Db, names: readonly string[]): Promise<void> {
  for (const name of names) checkFree(context, name);
  const known = new Set(context.standing.trust.suspensions.map(({ order }) => order));
  for (const row of await rowsFor(db, names)) {
    if (known.has(row.order)) continue;
    const fresh = await openRow(context, db, row);
    const over = fresh.liftedIn !== null || compareTimes(context.now().toISOString(), fresh.until) >= 0;
    if (!over) throw stopped(fresh);
  }
}
