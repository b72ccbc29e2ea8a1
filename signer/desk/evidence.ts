// The evidence file: put together from what is stored, and verified as a stranger would before it leaves.
import { makeBundle } from '../../core/dsse/bundle.ts';
import { toBase64 } from '../../core/bytes/base64.ts';
import { CallerFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { EVIDENCE_TYPE, type Evidence } from '../../core/evidence-file/evidence.ts';
import { SPEND_EVIDENCE_TYPE, type SpendEvidence } from '../../core/evidence-file/spend.ts';
import { verifyEvidence } from '../../core/verify/evidence.ts';
import { verifySpend } from '../../core/verify/spend.ts';
import type { StoredLeaf } from '../log/tree.ts';
import { approvalIn, issuedAs, signaturesOf } from './answers.ts';
import { asOfNow, type Context } from './context.ts';
import { placed, type IntentRecord } from './dossier-checks.ts';
import { grantRow } from './grants.ts';
import { dossierOf, ownHold, policyOf, type Dossier, type Recording } from './holds.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Sealed } from '../../core/decision/decision.ts';

function intentOf({ row, leaves }: Dossier): IntentRecord {
  const intent = placed(leaves, 'intent').find((l) => l.index === row.intentLeaf);
  if (!intent) throw new Refusal('store_tampered', `${row.requestId} has no intent`);
  return intent.record;
}

/** A signed request shows the decisions that its intent names; a denied one shows all. */
function shown(context: Context, dossier: Dossier): Recording[] {
  if (dossier.row.state !== 'signed') return [...dossier.decisions];
  const { decisions } = intentOf(dossier);
  return dossier.decisions.filter((d) => decisions.includes(digestOf(context.crypto, d.sealed)));
}

/** The `directory` leaves of the versions with these digests. */
export async function directoryLeaves(context: Context, digests: readonly string[]): Promise<StoredLeaf[]> {
  const found = await context.store.read(async (db) => {
    const leaves: StoredLeaf[] = [];
    for (const digest of new Set(digests)) leaves.push(...(await context.log.leavesIn(db, digest)));
    return leaves;
  });
  return found;
}

/** The version that the intent names, and the one after it: its leaf shows that it came later. */
function versionsOf({ trust }: Context, dossier: Dossier): string[] {
  const { directory } = intentOf(dossier);
  const next = trust.digests[trust.at(directory).version];
  return next === undefined ? [directory] : [directory, next];
}

async function leavesFor(
  context: Context,
  dossier: Dossier,
  decisions: readonly Recording[],
): Promise<StoredLeaf[]> {
  const { row, request, leaves } = dossier;
  const signed = row.state === 'signed';
  const digests = signed ? [request.directory, ...versionsOf(context, dossier)] : [request.directory];
  const wanted = new Set([
    row.heldLeaf,
    row.endLeaf,
    ...(signed ? [row.intentLeaf] : []),
    ...decisions.map((d) => d.row.leaf),
  ]);
  const own = leaves.filter((l) => wanted.has(l.index));
  return [...(await directoryLeaves(context, digests)), ...own].sort((a, b) => a.index - b.index);
}

async function headsFor(
  context: Context,
  decisions: readonly Sealed[],
  size: number,
): Promise<Evidence['heads']> {
  const sizes = [...new Set(decisions.map((d) => d.decision.logHead.size))];
  return Promise.all(
    sizes.map(async (from) => ({ size: from, proof: await context.log.consistency(from, size) })),
  );
}

function bundlesOf(context: Context, dossier: Dossier): Evidence['bundles'] {
  const { payloadType } = dossier.request;
  return signaturesOf(context, dossier).map(({ keyid, signature }) =>
    makeBundle({ payload: dossier.row.payload, payloadType, keyid, signature }),
  );
}

/** The file of a dossier, over a checkpoint of `atLeast` leaves or more; with that checkpoint's size. */
async function assemble(
  context: Context,
  dossier: Dossier,
  atLeast = 0,
): Promise<{ made: Evidence; size: number }> {
  const { row, request } = dossier;
  const signed = row.state === 'signed';
  const recordings = shown(context, dossier);
  const decisions = recordings.map((r) => r.sealed);
  const leaves = await leavesFor(context, dossier, recordings);
  const least = Math.max(
    atLeast,
    ...leaves.map((l) => l.index + 1),
    ...decisions.map((d) => d.decision.logHead.size),
  );
  const { text, size } = await context.log.covering(least);
  const made: Evidence = {
    _type: EVIDENCE_TYPE,
    request,
    payload: toBase64(row.payload),
    policy: await context.store.read((db) => policyOf(context, db, request.policy)),
    directory: context.chain,
    decisions,
    bundles: signed ? bundlesOf(context, dossier) : [],
    approvals: signed ? [approvalIn(context, dossier)] : [],
    leaves: await Promise.all(leaves.map((leaf) => context.log.withProof(leaf, size))),
    heads: await headsFor(context, decisions, size),
    checkpoint: text,
  };
  return { made, size };
}

/**
 * Desk.evidence. Throws CallerFault `not_found` unless the request ended signed or denied, Refusal `witness_missing`
 * while too few witnesses cosigned a checkpoint over it, and `store_tampered` when what is stored does not verify.
 */
export async function evidence(context: Context, tenant: string | null, id: string): Promise<Evidence> {
  const dossier = await context.store.read(async (db) => {
    await ownHold(db, tenant, id);
    return dossierOf(context, db, id);
  });
  const { state } = dossier.row;
  if (state !== 'signed' && state !== 'denied') throw new CallerFault('not_found', `${id} is ${state}`);
  const as = asOfNow(context);
  const { made } = await assemble(as, dossier);
  checked(as, id, () => verifyEvidence(as.crypto, as.trust, made));
  return made;
}

/** Verifies as a stranger would. Throws Refusal `witness_missing`, or `store_tampered` for whatever else fails. */
export function checked(context: Context, id: string, verify: () => unknown): void {
  try {
    verify();
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code === 'witness_missing') throw thrown;
    context.logger.error(
      { requestId: id, code: thrown.code, detail: thrown.detail },
      'stored evidence does not verify',
    );
    throw new Refusal('store_tampered', `${id}: ${thrown.code}`, thrown);
  }
}

/** Desk.spendEvidence. Throws as `evidence` does, CallerFault `not_found` for what was not signed under a grant. */
export async function spendEvidence(now: Context, tenant: string | null, id: string): Promise<SpendEvidence> {
  const context = { ...now }; // one version of the directory for all of it
  const { crypto, trust } = context;
  const { row, dossier, leaves } = await context.store.read(async (db) => {
    const found = await issuedAs(db, id);
    if (!found?.grant) throw new CallerFault('not_found', id);
    if (tenant !== null && found.tenant !== tenant) throw new CallerFault('tenant_forbidden', id);
    const granted = await grantRow(db, found.grant);
    if (!granted) throw new Refusal('store_tampered', `${id}: no grant ${found.grant}`);
    return {
      row: found,
      dossier: await dossierOf(context, db, granted.requestId),
      leaves: await context.log.leavesIn(db, found.grant),
    };
  });
  const spent = placed(leaves, 'spent').find((l) => l.index === row.leaf);
  const granted = placed(leaves, 'granted');
  if (!spent || granted.length !== 1) throw new Refusal('store_tampered', `${id}: its leaves`);
  const { directory } = spent.record;
  const next = trust.digests[trust.at(directory).version];
  const later = await directoryLeaves(context, next === undefined ? [directory] : [directory, next]);
  const { made, size } = await assemble(
    context,
    dossier,
    Math.max(spent.index, ...later.map((l) => l.index)) + 1,
  );
  const there = new Set(made.leaves.map((l) => l.index));
  const own = [...granted, spent, ...later.filter((l) => !there.has(l.index))].sort(
    (a, b) => a.index - b.index,
  );
  const { payload, payloadType, keyid, signature } = row;
  const evidence: SpendEvidence = {
    _type: SPEND_EVIDENCE_TYPE,
    grant: made,
    bundle: makeBundle({ payload, payloadType, keyid, signature }),
    leaves: await Promise.all(own.map((leaf) => context.log.withProof(leaf, size))),
  };
  checked(context, id, () => verifySpend(crypto, trust, evidence));
  return evidence;
}
