// The committing step's checks: a row is a cache, so everything is verified again from what devices signed.
import { fromBase64, fromBase64Url } from '../../core/bytes/base64.ts';
import { pae } from '../../core/dsse/pae.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { leafData } from '../../core/log/leaf.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { compareTimes } from '../../core/name/names.ts';
import { keyNamed } from '../../core/directory/lookup.ts';
import { signs } from '../../core/directory/succession.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { checkStillFollows } from '../../core/request/derive.ts';
import type { Expected, Sealed } from '../../core/decision/decision.ts';
import { requireQuorum, tally } from '../../core/decision/tally.ts';
import { checkWindow } from '../../core/verify/window.ts';
import type { StoredLeaf } from '../log/tree.ts';
import type { Context } from './context.ts';
import { rebuiltHold, untampered, type Dossier, type Recording } from './holds.ts';

type RecordOf<E extends LogRecord['event']> = Extract<LogRecord, { event: E }>;
export type IntentRecord = RecordOf<'intent'>;

function tampered(dossier: Dossier, what: string): Refusal {
  return new Refusal('store_tampered', `${dossier.row.requestId}: ${what}`);
}

/** The records of one event among a request's leaves, with their indices. */
export function placed<E extends LogRecord['event']>(
  leaves: readonly StoredLeaf[],
  event: E,
): { index: number; salt: string; record: RecordOf<E> }[] {
  return leaves.filter((leaf) => leaf.record.event === event) as {
    index: number;
    salt: string;
    record: RecordOf<E>;
  }[];
}

/** The intent leaf, which is there exactly when the state says so. Throws Refusal `store_tampered`. */
function intentOf(dossier: Dossier): IntentRecord | null {
  const { row, leaves } = dossier;
  const intents = placed(leaves, 'intent');
  const wanted = row.state === 'quorate' || row.state === 'committed' || row.state === 'signed' ? 1 : 0;
  const [intent] = intents;
  if (intents.length !== wanted || (intent?.index ?? null) !== row.intentLeaf)
    throw tampered(dossier, `${row.state} with ${intents.length} intents`);
  if (placed(leaves, 'closed').length > 0) throw tampered(dossier, 'it was closed before');
  return intent?.record ?? null;
}

function checkHeld(dossier: Dossier, requestDigest: string): void {
  const { row, request, leaves } = dossier;
  const [held, ...more] = placed(leaves, 'held');
  if (!held || more.length > 0 || held.index !== row.heldLeaf) throw tampered(dossier, 'held leaf');
  const { record } = held;
  const fits =
    record.requestDigest === requestDigest &&
    record.payloadDigest === request.payloadDigest &&
    record.tenant === request.tenant;
  if (!fits) throw tampered(dossier, 'the held leaf is of another request');
}

/** A decision and when its leaf says that it was recorded. */
export interface Dated {
  readonly sealed: Sealed;
  readonly digest: string;
  readonly at: string;
}

/** Pairs decisions with their leaves, one to one, so that none was added, edited or taken away. */
function datedDecisions(context: Context, dossier: Dossier): Dated[] {
  const leaves = placed(dossier.leaves, 'decided');
  if (leaves.length !== dossier.decisions.length)
    throw tampered(dossier, `${dossier.decisions.length} decisions, ${leaves.length} leaves`);
  return dossier.decisions.map(({ row, sealed }: Recording, at) => {
    const digest = digestOf(context.crypto, sealed);
    const leaf = leaves.find((l) => l.index === row.leaf);
    const fits =
      leaf?.record.decision === digest &&
      leaf.record.challenge === row.challenge &&
      row.challenge === sealed.decision.challenge;
    if (!leaf || !fits || row.ordinal !== at) throw tampered(dossier, `decision ${row.ordinal}`);
    return { sealed, digest, at: leaf.record.at };
  });
}

/** Checks that every decision's log head, which its device signed, includes the very leaf of this hold. */
async function checkHeads(context: Context, dossier: Dossier): Promise<void> {
  const { crypto } = context;
  const held = dossier.leaves.find((l) => l.index === dossier.row.heldLeaf);
  if (!held) throw tampered(dossier, 'held leaf');
  const hash = leafHash(crypto, leafData(crypto, fromBase64Url(held.salt), held.record));
  for (const { sealed } of dossier.decisions) {
    const { size, root } = sealed.decision.logHead;
    if (size <= held.index || size > dossier.logSize) throw tampered(dossier, `log head at ${size}`);
    const proof = await context.log.inclusion(held.index, size);
    const claim = {
      index: held.index,
      size,
      leafHash: hash,
      proof: proof.map(fromBase64),
      root: fromBase64(root),
    };
    if (!verifyInclusion(crypto, claim)) throw tampered(dossier, `log head of ${sealed.decision.officer}`);
  }
}

/** The decisions that count: those that the intent names, or before it those that have not lapsed at `at`. */
function counted(
  dossier: Dossier,
  intent: IntentRecord | null,
  dated: readonly Dated[],
  at: string,
): Dated[] {
  const oldest = Date.parse(at) - dossier.request.approvalSeconds * 1000;
  if (!intent) return dated.filter((d) => Date.parse(d.at) >= oldest);
  const named = dated.filter((d) => intent.decisions.includes(d.digest));
  if (named.length !== intent.decisions.length)
    throw tampered(dossier, 'a decision of the intent is missing');
  if (named.some((d) => Date.parse(d.at) < oldest))
    throw new Refusal('expired', `${dossier.row.requestId}: an approval lapsed`);
  return named;
}

/** Keys, as the newest version of the directory has them, at a time. Throws Refusal `key_window`, `key_use`, `key_unknown`. */
function checkKeys(context: Context, dossier: Dossier, at: string): void {
  for (const name of dossier.request.keys) {
    const key = keyNamed(context.trust.latest, name);
    if (key.use !== 'release' || !key.approvalOnly) throw new Refusal('key_use', name);
    if (!signs(key)) throw new Refusal('key_window', `${name} is ${key.state}`);
    checkWindow(key, at);
  }
}

function checkIntentRecord(
  context: Context,
  dossier: Dossier,
  intent: IntentRecord,
  requestDigest: string,
): void {
  const { request } = dossier;
  const directory = untampered('intent', () => context.trust.at(intent.directory));
  const keys = request.keys.map((name) => keyId(context.crypto, keyNamed(directory, name).key));
  const fits =
    intent.requestDigest === requestDigest &&
    intent.payloadDigest === request.payloadDigest &&
    keys.join() === intent.keys.join();
  if (!fits) throw tampered(dossier, 'the intent is of another request');
}

/** Checks that signatures that were stored before are by the request's keys over its payload. */
function checkSignatures(context: Context, dossier: Dossier): void {
  const { request, row, signatures } = dossier;
  const keys = request.keys.map((name) => keyNamed(context.trust.latest, name).key);
  for (const { keyid, signature } of signatures) {
    const key = keys.find((k) => keyId(context.crypto, k) === keyid);
    if (!key || !context.crypto.verify(key, pae(request.payloadType, row.payload), signature))
      throw tampered(dossier, `a signature by ${keyid}`);
  }
}

const CHUNK = 1000;

/**
 * Reads every leaf since the hold's own, whatever the store says that it is about, and checks that none of this request
 * is hidden: somebody who deletes a denial deletes its leaf's row as well, or writes another name on it.
 * Throws Refusal `store_tampered`.
 */
export async function checkNothingHidden(context: Context, dossier: Dossier): Promise<void> {
  const { row, logSize, leaves } = dossier;
  const shown = leaves.map((l) => l.index);
  const found: number[] = [];
  for (let from = row.heldLeaf; from < logSize; from += CHUNK) {
    const to = Math.min(from + CHUNK, logSize);
    const all = await context.log.leaves(from, to);
    if (all.length !== to - from) throw tampered(dossier, `leaves are missing between ${from} and ${to}`);
    for (const { index, record } of all)
      if ('requestId' in record && record.requestId === row.requestId) found.push(index);
  }
  if (found.join() !== shown.join()) throw tampered(dossier, 'a leaf was hidden');
}

/** A dossier that passed: what may be signed, by which decisions. `intent` is null before it was written. */
export interface Cleared {
  readonly requestDigest: string;
  readonly decisions: readonly Dated[];
  readonly intent: IntentRecord | null;
}

/** Whether the counted decisions make a quorum, by the request's own directory and by the newest one. */
function isQuorate(
  context: Context,
  dossier: Dossier,
  expected: Expected,
  all: readonly Dated[],
  some: readonly Dated[],
): boolean {
  const { crypto, trust } = context;
  const sealed = (dated: readonly Dated[]) => dated.map((d) => d.sealed);
  const whole = untampered('decisions', () => tally(crypto, expected, sealed(all)));
  // Every row counts here, lapsed or not: a denial that is still stored must have closed the hold.
  if (whole.state === 'denied') throw tampered(dossier, 'it was denied');
  const outcome = some.length === all.length ? whole : tally(crypto, expected, sealed(some));
  if (outcome.state !== 'complete') return false;
  if (trust.latest.version !== expected.directory.version)
    requireQuorum(crypto, { ...expected, directory: trust.latest }, sealed(some));
  return true;
}

/**
 * Checks everything about a hold from its rows up: payload, request, policy, `held` leaf, each decision's device and
 * machine, heads, quorum by the request's directory and by the newest one, keys, timers as of `at`. Null when approvals
 * are missing and nothing is wrong. Throws Refusal: `store_tampered` for what cannot be unless somebody edited the
 * store, `expired`, or the code of what the newest directory no longer allows.
 */
export async function clear(
  context: Context,
  dossier: Dossier,
  policy: Policy,
  at: string,
): Promise<Cleared | null> {
  const { trust } = context;
  const { request } = dossier;
  const rebuilt = rebuiltHold(context, dossier, policy);
  const { digest: requestDigest, viewDigest } = rebuilt;
  checkHeld(dossier, requestDigest);
  const intent = intentOf(dossier);
  if (intent) checkIntentRecord(context, dossier, intent, requestDigest);
  checkSignatures(context, dossier);
  const dated = datedDecisions(context, dossier);
  await checkHeads(context, dossier);
  if (compareTimes(at, request.expires) > 0) throw new Refusal('expired', request.id);
  const decisions = counted(dossier, intent, dated, at);
  const directory = trust.at(request.directory);
  const expected: Expected = { signer: trust.signer, request, requestDigest, viewDigest, directory };
  if (!isQuorate(context, dossier, expected, dated, decisions)) {
    if (intent) throw tampered(dossier, 'an intent without its quorum');
    return null;
  }
  checkKeys(context, dossier, at);
  checkStillFollows(context.crypto, trust.latest, policy, rebuilt);
  return { requestDigest, decisions, intent };
}
