// Carrying out an officer's order to suspend a key: checked from the device's proof, logged and kept in one step.
import {
  asOrder,
  stillStands,
  verifySuspension,
  type SealedSuspension,
} from '../../core/decision/suspension.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { RECORD_TYPE, type LogRecord } from '../../core/log/record.ts';
import { compareTimes } from '../../core/name/names.ts';
import {
  placeSuspension,
  suspensionEnd,
  type KeySuspension,
  type PublishedSuspension,
} from '../../core/trust/suspensions.ts';
import { rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import { asOfNow, type Context } from './context.ts';
import { newestIn } from './standing.ts';
import { openRow, publish, publishedChain } from './suspension-rows.ts';

/** The suspension that an order brought before, if any: the log says so where neither memory nor row does. */
async function broughtBefore(context: Context, db: Db, order: string): Promise<KeySuspension | undefined> {
  const known = context.standing.trust.suspensions.find((one) => one.order === order);
  if (known) return known;
  const found = await db.selectFrom('suspensions').selectAll().where('order', '=', order).execute();
  const [row] = rowsOf('suspensions', found);
  if (row) return openRow(context, db, row);
  if ((await context.log.leavesIn(db, order)).length > 0)
    throw new Refusal('store_tampered', `the order ${order} was carried out, and its row is gone`);
  return undefined;
}

function checkLasts({ now }: Context, one: KeySuspension): KeySuspension {
  if (one.liftedIn !== null) throw new Refusal('suspension_over', `lifted in version ${one.liftedIn}`);
  if (compareTimes(now().toISOString(), one.until) >= 0) throw new Refusal('suspension_over', one.until);
  return one;
}

/** Leaf and row in one transaction: neither is there without the other, whatever ends the process. */
async function carryOut(
  context: Context,
  db: Db,
  sealed: SealedSuspension,
  order: string,
): Promise<KeySuspension> {
  const { crypto, trust, log } = context;
  const { key, officer, directory } = sealed.suspension;
  if ((await newestIn(db)) !== trust.latest.version) throw new CallerFault('busy', 'the directory changed');
  stillStands(trust.at(directory), trust.latest, sealed.suspension);
  const at = context.now().toISOString();
  const about = { key, order, officer, until: suspensionEnd(at) };
  const record: LogRecord = { _type: RECORD_TYPE, at, event: 'suspended', ...about };
  const [leaf] = await log.appendIn(db, [record]);
  if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
  await db
    .insertInto('suspensions')
    .values({ order, key, leaf: leaf.index, sealed: canonical(sealed) })
    .execute();
  return placeSuspension(crypto, trust, sealed, leaf);
}

async function keepFile(context: Context): Promise<void> {
  try {
    await context.keepChain(await publishedChain(context));
  } catch (err) {
    context.logger.error({ err }, 'the chain file could not be written; the store has the suspension');
  }
}

/**
 * Desk.suspensions.order. From the commit on nothing is signed with the key. The same order again brings the suspension that it
 * brought, while that lasts. Throws Refusal `suspension_invalid`, `suspension_over`, `store_tampered`; CallerFault `busy`.
 */
export async function suspend(context: Context, sealed: SealedSuspension): Promise<PublishedSuspension> {
  const as = asOfNow(context);
  const { crypto, trust } = as;
  const { suspension } = sealed;
  verifySuspension(
    crypto,
    trust.signer,
    asOrder(() => trust.at(suspension.directory)),
    sealed,
  );
  const order = digestOf(crypto, suspension);
  const known = await context.store.write(async (db) => {
    const before = await broughtBefore(as, db, order);
    return before ? checkLasts(as, before) : carryOut(as, db, sealed, order);
  });
  if (!context.standing.trust.suspensions.some((one) => one.order === order)) {
    context.standing.learn([known]);
    const { key, officer, device, reason } = suspension;
    context.logger.error({ key, officer, device, reason, until: known.until }, 'an officer suspended a key');
    context.onStep('suspended');
    context.announceDirectory();
    await keepFile(context);
  }
  return publish(context, known);
}
