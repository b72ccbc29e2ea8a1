// What the Signer does by itself: at start it takes up what a crash left, and now and then it looks at the clock.
import { Refusal, isFault } from '../../core/fault/fault.ts';
import type { Db } from '../store/store.ts';
import { change, record, type Context } from './context.ts';
import { endIn } from './endings.ts';
import { openStates } from './feed.ts';
import { expireGrants } from './grants.ts';
import { keepPolicy } from './holds.ts';
import { dropDeadLeases } from './idempotency.ts';
import { dropStale } from './proposals.ts';
import { keepVersions, takeStored } from './standing.ts';
import { loadSuspensions } from './suspension-rows.ts';

const CHUNK = 500;

/** The newest version that the log has a leaf of; 0 without any. Versions are logged in order, so the last leaf is it. */
async function newestLogged({ log, standing }: Context, db: Db): Promise<number> {
  const { origin } = standing.latest();
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const found = await db
      .selectFrom('leaves')
      .select(['idx', 'about'])
      .where('origin', '=', origin)
      .where('about', 'like', 'sha256:%')
      .where('idx', '<', before)
      .orderBy('idx', 'desc')
      .limit(CHUNK)
      .execute();
    for (const { idx } of found) {
      const { record: what } = await log.leafIn(db, idx);
      if (what.event === 'directory') return what.version;
    }
    if (found.length < CHUNK) return 0;
    before = found.at(-1)?.idx ?? 0;
  }
}

/** Whoever deletes the rows of a version would bring back what it took out: its leaf tells that it was in force. */
async function checkNoneLost(context: Context): Promise<void> {
  const { version } = context.trust.latest;
  const logged = await context.store.read((db) => newestLogged(context, db));
  if (logged > version)
    throw new Refusal(
      'store_tampered',
      `version ${logged} was in force, version ${version} is the last that is here`,
    );
}

/** Logs a `directory` leaf for each version of the chain that has none yet, and keeps the policy it names. */
async function logDirectory(context: Context): Promise<void> {
  const { trust, chain, policy, log } = context;
  await context.store.write(async (db) => {
    await keepPolicy(db, trust.latest.policy, policy);
    for (const [at, digest] of trust.digests.entries()) {
      if ((await log.leavesIn(db, digest)).length > 0) continue;
      const { version } = trust.at(digest);
      if (version !== at + 1) throw new Error(`version ${version} stands at ${at + 1}`);
      await log.appendIn(db, [record(context, { event: 'directory', version, digest })]);
    }
    await keepVersions(db, trust, chain);
  });
}

/** Brings the store to where use cases can begin. Throws Refusal when the log is not what it was. */
export async function prepare(context: Context): Promise<void> {
  await takeStored(context.crypto, context.store, context.standing);
  await context.log.check();
  await checkNoneLost(context);
  await logDirectory(context);
  await loadSuspensions(context);
  await context.store.write((db) => dropStale(context, db));
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
