// Signing under a bypass grant: one of its count is spent in the very transaction that keeps the signature.
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { signingKey } from '../../core/directory/succession.ts';
import { compareTimes } from '../../core/name/names.ts';
import type { Finding } from '../../core/request/request.ts';
import type { Db } from '../store/store.ts';
import { issuedAnswer } from './answers.ts';
import { change, record, type Context } from './context.ts';
import { Scans, checkGrant, stillAs, type CheckedGrant } from './grant-checks.ts';
import { endGrant, endGrantIn, liveGrants, setAside, type GrantRow } from './grants.ts';
import { finishIn } from './idempotency.ts';
import { issuedRowOf, make, type Made } from './issue.ts';
import type { Outcome } from './ports.ts';
import { newestIn } from './standing.ts';
import { checkUsable, type Submission } from './submission.ts';
import { tellGrant } from './feed-events.ts';

/** The approval-only sibling of the key that was asked for: what is signed under a grant never looks like an entitled signature. */
function siblingOf(context: Context, { key, caller }: Submission): SignerKey {
  const { latest } = context.trust;
  const refuse = (why: string) => new CallerFault('key_unavailable', `beside ${key.name}: ${why}`);
  if (key.sibling === null) throw refuse('there is no approval-only key');
  const at = context.now().toISOString();
  const sibling = signingKey(latest, key.sibling, at);
  if (!sibling) throw refuse('no approval-only key is active');
  checkUsable(caller.tenant, sibling, at, refuse);
  return sibling;
}

/** Grants as they are spent: of one tenant one after another, so that no more is ever signed than was granted. */
export class Spends {
  readonly #context: Context;
  readonly #scans = new Scans();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Throws CallerFault `poe_unavailable` unless some grant in force looks as if it were for this. Nothing is checked yet. */
  async check(tenant: string, predicateType: string, poe: Finding): Promise<void> {
    const live = await liveGrants(this.#context, tenant);
    if (live.length > 0) return;
    throw new CallerFault(
      'poe_unavailable',
      `licensing: ${poe.facts['reason']}; no grant for ${predicateType}`,
    );
  }

  /**
   * Signs under a grant. Throws CallerFault `poe_unavailable` when none is for this tenant and predicate type, `key_unavailable`;
   * Refusal `store_tampered` when what is stored of one is not what was granted, `grant_ended` when it ended meanwhile.
   */
  spend(submission: Submission): Promise<Outcome> {
    const { tenant } = submission.caller;
    const before = this.#turns.get(tenant) ?? Promise.resolve();
    const turn = before
      .catch(() => undefined) // whoever asked hears of it; the next one has its own chance
      .then(() => this.#spend(submission))
      .finally(() => {
        if (this.#turns.get(tenant) === turn) this.#turns.delete(tenant);
      });
    this.#turns.set(tenant, turn);
    return turn;
  }

  async #spend(submission: Submission): Promise<Outcome> {
    // One version of the directory from the check to the leaf that names it.
    const context = { ...this.#context };
    const key = siblingOf(context, submission);
    const grant = await this.#find(context, submission);
    const made = await make(context, submission.payload, key);
    context.onStep('made');
    const row = await change(context, submission.caller.tenant, (db) =>
      this.#keep(context, db, submission, grant, made),
    );
    context.onStep('spent');
    return { kind: 'signed', answer: await issuedAnswer(context, row) };
  }

  /** The first grant that is for this; what is over is ended, and what was edited is set aside. */
  async #find(context: Context, { caller, predicateType }: Submission): Promise<CheckedGrant> {
    const { tenant } = caller;
    for (const row of await liveGrants(context, tenant)) {
      if (compareTimes(context.now().toISOString(), row.until) >= 0) {
        this.#scans.forget(row.grant);
        await endGrant(context, tenant, row.grant, { why: 'expired' });
        continue;
      }
      const checked = await this.#checked(context, row);
      if (checked?.terms.predicateTypes.includes(predicateType)) return checked;
    }
    throw new CallerFault('poe_unavailable', `no grant for ${predicateType}`);
  }

  /** Undefined for one that the newest directory no longer allows. */
  async #checked(context: Context, row: GrantRow): Promise<CheckedGrant | undefined> {
    try {
      return await checkGrant(context, this.#scans, row);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      if (thrown.code === 'store_tampered') {
        await setAside(context, row.tenant, row.grant, thrown);
        throw thrown;
      }
      context.logger.warn({ grant: row.grant, code: thrown.code }, 'a grant no longer counts');
      return undefined;
    }
  }

  async #keep(context: Context, db: Db, submission: Submission, grant: CheckedGrant, made: Made) {
    const { lease, requestId } = submission;
    const { row } = grant;
    const { tenant } = row;
    await finishIn(db, lease, 'signed', requestId);
    const { latest, latestDigest } = context.trust;
    if (this.#context.trust.latestDigest !== latestDigest || (await newestIn(db)) !== latest.version)
      throw new CallerFault('busy', 'the directory changed');
    if (!(await stillAs(context, db, grant))) throw new Refusal('grant_ended', row.grant);
    const used = row.used + 1;
    const { payloadDigest, keyid, bundle } = made;
    const spent = record(context, {
      event: 'spent',
      tenant,
      requestId,
      grant: row.grant,
      ordinal: used,
      payloadDigest,
      keyid,
      bundle,
      directory: context.trust.latestDigest,
    });
    if (used > row.count || compareTimes(spent.at, row.until) >= 0)
      throw new Refusal('grant_ended', row.grant);
    const [leaf] = await context.log.appendIn(db, [spent]);
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    const issued = issuedRowOf(context, submission, made, leaf.index, row.grant);
    await db.insertInto('issued').values(issued).execute();
    await db
      .updateTable('grants')
      .set({ used })
      .where('tenant', '=', tenant)
      .where('grant', '=', row.grant)
      .execute();
    if (used < row.count) await tellGrant(context, db, { ...row, used });
    else await endGrantIn(context, db, { ...row, used }, { why: 'exhausted' });
    return issued;
  }
}
