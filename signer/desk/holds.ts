// Holds as they are stored, read with suspicion: every row is parsed and compared with the request that it caches.
import type { RowOf } from '../../contract/stored/signer.ts';
import { equalBytes } from '../../core/bytes/bytes.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import { Policy, parsePolicy } from '../../core/policy/policy.ts';
import { rebuild, type Rebuilt } from '../../core/request/derive.ts';
import { Request } from '../../core/request/request.ts';
import { Sealed } from '../../core/decision/decision.ts';
import type { StoredLeaf } from '../log/tree.ts';
import { maybeRow, rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { untampered } from './untampered.ts';

export { untampered } from './untampered.ts';

/** A hold with its request parsed. */
export interface Hold {
  readonly row: RowOf<'holds'>;
  readonly request: Request;
}

/** A recorded decision with the row it came from. */
export interface Recording {
  readonly row: RowOf<'decisions'>;
  readonly sealed: Sealed;
}

/** All that the store has about one hold, read in one transaction. */
export interface Dossier extends Hold {
  readonly decisions: readonly Recording[];
  readonly leaves: readonly StoredLeaf[];
  readonly signatures: readonly RowOf<'signatures'>[];
  /** How many leaves the whole log had. */
  readonly logSize: number;
}

function parseHold(row: RowOf<'holds'>): Hold {
  const request = untampered(row.requestId, () => parseAs(Request, parseCanonical(row.request)));
  const same =
    request.id === row.requestId && request.tenant === row.tenant && request.expires === row.expires;
  if (!same) throw new Refusal('store_tampered', `${row.requestId}: the row is of another request`);
  return { row, request };
}

/** The hold of a request, or undefined. Throws Refusal `store_tampered`. */
export async function findHold(db: Db, requestId: string): Promise<Hold | undefined> {
  const found = await db
    .selectFrom('holds')
    .selectAll()
    .where('requestId', '=', requestId)
    .executeTakeFirst();
  const row = maybeRow('holds', found);
  return row && parseHold(row);
}

/** The hold of a request. Throws CallerFault `not_found`, Refusal `store_tampered`. */
export async function holdOf(db: Db, requestId: string): Promise<Hold> {
  const hold = await findHold(db, requestId);
  if (!hold) throw new CallerFault('not_found', requestId);
  return hold;
}

/** The hold of a tenant's own request. Throws CallerFault `not_found`, `tenant_forbidden`. */
export async function ownHold(db: Db, tenant: string | null, requestId: string): Promise<Hold> {
  const hold = await holdOf(db, requestId);
  if (tenant !== null && hold.row.tenant !== tenant) throw new CallerFault('tenant_forbidden', requestId);
  return hold;
}

/** Parses a decision's row. Throws Refusal `store_tampered`. */
export function recordingOf(row: RowOf<'decisions'>): Recording {
  const sealed = untampered(row.requestId, () => parseAs(Sealed, parseCanonical(row.sealed)));
  return { row, sealed };
}

/** A request's decisions in the order in which they were recorded. */
export async function decisionsOf(db: Db, tenant: string, requestId: string): Promise<Recording[]> {
  const rows = await db
    .selectFrom('decisions')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('requestId', '=', requestId)
    .orderBy('ordinal')
    .execute();
  return rowsOf('decisions', rows).map(recordingOf);
}

/** Everything about a hold as of now. Throws CallerFault `not_found`, Refusal `store_tampered`. */
export async function dossierOf(context: Context, db: Db, requestId: string): Promise<Dossier> {
  const hold = await holdOf(db, requestId);
  const { tenant } = hold.row;
  const decisions = await decisionsOf(db, tenant, requestId);
  const leaves = await context.log.leavesIn(db, requestId);
  const found = await db
    .selectFrom('signatures')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('requestId', '=', requestId)
    .execute();
  return {
    ...hold,
    decisions,
    leaves,
    signatures: rowsOf('signatures', found),
    logSize: await context.log.sizeIn(db),
  };
}

/** Keeps a policy that requests may be held under. */
export async function keepPolicy(db: Db, digest: string, policy: Policy): Promise<void> {
  const body = canonical(policy);
  await db
    .insertInto('policies')
    .values({ digest, body })
    .onConflict((c) => c.column('digest').doNothing())
    .execute();
}

/** The policy with this digest. Throws Refusal `store_tampered` when it is not kept, or not what it was. */
export async function policyOf(context: Context, db: Db, digest: string): Promise<Policy> {
  const found = await db.selectFrom('policies').selectAll().where('digest', '=', digest).executeTakeFirst();
  const row = maybeRow('policies', found);
  if (!row) throw new Refusal('store_tampered', `policy ${digest} is missing`);
  return untampered('policy', () => parsePolicy(context.crypto, parseCanonical(row.body), digest));
}

/**
 * Derives a hold's request again from its stored payload and policy, as each Console does.
 * Throws Refusal `store_tampered` for whatever does not follow.
 */
export function rebuiltHold(context: Context, hold: Hold, policy: Policy): Rebuilt {
  const { crypto, trust } = context;
  return untampered(hold.row.requestId, () => rebuild(crypto, trust, policy, hold.request, hold.row.payload));
}

/** Whether two dossiers show the same state, so that what was checked on one still holds for the other. */
export function sameState(before: Dossier, now: Dossier): boolean {
  const same = before.row.state === now.row.state && before.decisions.length === now.decisions.length;
  return (
    same &&
    before.signatures.length === now.signatures.length &&
    equalBytes(before.row.request, now.row.request) &&
    equalBytes(before.row.payload, now.row.payload) &&
    before.decisions.every((d, i) =>
      equalBytes(d.row.sealed, now.decisions[i]?.row.sealed ?? new Uint8Array()),
    )
  );
}
