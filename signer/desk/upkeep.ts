// What the Signer does by itself: at start it takes up what a crash left, and now and then it looks at the clock.
import { isFault } from '../../core/fault/fault.ts';
import { change, record, type Context } from './context.ts';
import { endIn } from './endings.ts';
import { openStates } from './feed.ts';
import { expireGrants } from './grants.ts';
import { keepPolicy } from './holds.ts';
import { dropDeadLeases } from './idempotency.ts';

/** Logs a `directory` leaf for each version of the chain that has none yet, and keeps the policy it names. */
async function logDirectory(context: Context): Promise<void> {
  const { trust, policy, log } = context;
  await context.store.write(async (db) => {
    await keepPolicy(db, trust.latest.policy, policy);
    for (const [at, digest] of trust.digests.entries()) {
      if ((await log.leavesIn(db, digest)).length > 0) continue;
      const { version } = trust.at(digest);
      if (version !== at + 1) throw new Error(`version ${version} stands at ${at + 1}`);
      await log.appendIn(db, [record(context, { event: 'directory', version, digest })]);
    }
  });
}

/** Brings the store to where use cases can begin. Throws Refusal when the log is not what it was. */
export async function prepare(context: Context): Promise<void> {
  await context.log.check();
  await logDirectory(context);
  await dropDeadLeases(context);
}

/** Ends the holds and grants whose time is over; returns how many. */
export async function expire(context: Context): Promise<number> {
  const now = context.now().toISOString();
  const late = await context.store.read((db) =>
    db
      .selectFrom('holds')
      .select(['tenant', 'requestId'])
      .where('state', 'in', ['waiting', 'quorate'])
      .where('expires', '<', now)
      .execute(),
  );
  for (const { tenant, requestId } of late) {
    try {
      await change(context, tenant, (db) => endIn(context, db, requestId, 'expire', 'expired'));
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      context.logger.warn({ requestId, code: thrown.code }, 'could not expire'); // it ended by itself meanwhile
    }
  }
  return late.length + (await expireGrants(context));
}

/**
 * The requests that may go on: after a start all open ones, since a crash may have come between any two steps; later
 * those that a key, a holder or the clock keeps.
 */
export async function unfinished(context: Context, after: 'start' | 'while'): Promise<string[]> {
  const states = openStates.filter((state) => after === 'start' || state !== 'waiting');
  const found = await context.store.read((db) =>
    db.selectFrom('holds').select('requestId').where('state', 'in', states).orderBy('requestId').execute(),
  );
  return found.map(({ requestId }) => requestId);
}
