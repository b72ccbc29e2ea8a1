// What is checked of a grant before anything is signed under it: a row is a cache, devices and log say what was granted.
import { digestOf } from '../../core/json/digest.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { beganInTime, parseGrant, untilOf, type GrantTerms } from '../../core/predicate/grant.ts';
import type { StoredLeaf } from '../log/tree.ts';
import type { Db } from '../store/store.ts';
import { approvalIn, signaturesOf } from './answers.ts';
import type { Context } from './context.ts';
import { clear, placed } from './dossier-checks.ts';
import { grantRow, type GrantRow } from './grants.ts';
import { dossierOf, policyOf, sameState, untampered, type Dossier } from './holds.ts';

/** A grant that was checked, as it stood then. */
export interface CheckedGrant {
  readonly row: GrantRow;
  readonly terms: GrantTerms;
  readonly dossier: Dossier;
  /** The grant's own leaves: `granted`, then one for each that was spent. */
  readonly leaves: readonly StoredLeaf[];
}

function tampered(row: GrantRow, what: string): Refusal {
  return new Refusal('store_tampered', `grant ${row.grant}: ${what}`);
}

/** The hold that asked for it: approved by its quorum, under the newest directory as well, signed, and of this very statement. */
async function checkHold(context: Context, row: GrantRow, dossier: Dossier): Promise<GrantTerms> {
  const { request, leaves } = dossier;
  if (dossier.row.state !== 'signed' || request.kind !== 'emergency-bypass')
    throw tampered(row, `its hold is a ${dossier.row.state} ${request.kind}`);
  const intent = leaves.find((l) => l.index === dossier.row.intentLeaf);
  const policy = await context.store.read((db) => policyOf(context, db, request.policy));
  const cleared = intent && (await clear(context, dossier, policy, intent.record.at));
  if (!cleared?.intent) throw tampered(row, 'its hold has no quorum');
  signaturesOf(context, dossier);
  approvalIn(context, dossier);
  if (request.payloadDigest !== row.grant || request.tenant !== row.tenant)
    throw tampered(row, 'its hold asked for another grant');
  if (!beganInTime(row.from, cleared.intent.at, request.approvalSeconds))
    throw tampered(row, 'it began too late');
  return untampered(row.grant, () => parseGrant(dossier.row.payload));
}

/** The row says what the leaves say: in force since then, so many spent one after another, and not over. */
function checkLeaves(row: GrantRow, terms: GrantTerms, leaves: readonly StoredLeaf[]): void {
  const [granted, ...more] = placed(leaves, 'granted');
  const fits =
    granted?.index === row.grantedLeaf &&
    granted.record.requestId === row.requestId &&
    granted.record.tenant === row.tenant &&
    granted.record.at === row.from &&
    granted.record.until === row.until &&
    granted.record.count === row.count;
  if (!fits || more.length > 0) throw tampered(row, 'its leaf');
  if (row.count !== terms.count || row.until !== untilOf(row.from, terms.minutes))
    throw tampered(row, 'more than was granted');
  const spent = placed(leaves, 'spent').map(({ record }) => record.ordinal);
  if (spent.length !== row.used || spent.some((ordinal, at) => ordinal !== at + 1))
    throw tampered(row, `${row.used} used, ${spent.length} spent`);
  if (placed(leaves, 'ended').length > 0) throw tampered(row, 'it ended before');
}

const CHUNK = 1000;

/**
 * Reads every leaf since a grant was asked for, whatever the store says that it is about, so that no end and no use is
 * hidden. What was read once is remembered as long as the process lives, and only what came since is read again.
 */
export class Scans {
  readonly #seen = new Map<string, { upTo: number; readonly found: number[] }>();

  /** Throws Refusal `store_tampered` when some leaf of the grant, or of its hold, was not among those that were shown. */
  async check(context: Context, { row, dossier, leaves }: CheckedGrant): Promise<void> {
    const seen = this.#seen.get(row.grant) ?? { upTo: dossier.row.heldLeaf, found: [] };
    for (let from = seen.upTo; from < dossier.logSize; from = seen.upTo) {
      const to = Math.min(from + CHUNK, dossier.logSize);
      const all = await context.log.leaves(from, to);
      if (all.length !== to - from) throw tampered(row, `leaves are missing between ${from} and ${to}`);
      for (const { index, record } of all) {
        const ofHold = 'requestId' in record && record.requestId === row.requestId;
        if (ofHold || ('grant' in record && record.grant === row.grant)) seen.found.push(index);
      }
      seen.upTo = to;
    }
    this.#seen.set(row.grant, seen);
    const shown = [...new Set([...dossier.leaves, ...leaves].map((l) => l.index))].sort((a, b) => a - b);
    if (seen.found.join() !== shown.join()) throw tampered(row, 'a leaf was hidden');
  }

  /** A grant that is over is not asked about any more. */
  forget(grant: string): void {
    this.#seen.delete(grant);
  }
}

/**
 * Checks a grant from its device signatures up, against the newest directory, and its row against the log. Throws Refusal
 * `store_tampered`, or the code of what the newest directory no longer allows.
 */
export async function checkGrant(context: Context, scans: Scans, row: GrantRow): Promise<CheckedGrant> {
  const { dossier, leaves } = await context.store.read(async (db) => ({
    dossier: await dossierOf(context, db, row.requestId),
    leaves: await context.log.leavesIn(db, row.grant),
  }));
  const terms = await checkHold(context, row, dossier);
  checkLeaves(row, terms, leaves);
  const checked = { row, terms, dossier, leaves };
  await scans.check(context, checked);
  return checked;
}

/** Whether a grant that was checked still stands as it was, seen from inside a transaction. */
export async function stillAs(
  context: Context,
  db: Db,
  { row, dossier, leaves }: CheckedGrant,
): Promise<boolean> {
  const now = await grantRow(db, row.grant);
  if (!now || digestOf(context.crypto, now) !== digestOf(context.crypto, row)) return false;
  const found = await context.log.leavesIn(db, row.grant);
  return found.length === leaves.length && sameState(dossier, await dossierOf(context, db, row.requestId));
}
