// From a complete quorum to a signature: checks, intent leaf, signature, approval statement, leaf. Each step can be resumed.
import { makeBundle } from '../../core/dsse/bundle.ts';
import { makeEnvelope, type Envelope } from '../../core/dsse/envelope.ts';
import { pae } from '../../core/dsse/pae.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { isEnded, move } from '../../core/hold/hold.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { approvalOf } from '../../core/predicate/approval.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { keyFor, keyNamed } from '../../core/directory/lookup.ts';
import { RECORD_TYPE, type LogRecord } from '../../core/log/record.ts';
import type { StoredLeaf } from '../log/tree.ts';
import type { Db } from '../store/store.ts';
import { asOfNow, change, record, type Context } from './context.ts';
import { checkNothingHidden, clear, type Cleared, type IntentRecord } from './dossier-checks.ts';
import { endIn, guarding, refuseHold } from './endings.ts';
import { tellHold } from './feed-events.ts';
import { beginGrantIn } from './grants.ts';
import { newestIn } from './standing.ts';
import { dossierOf, policyOf, sameState, type Dossier } from './holds.ts';

/** The request's keys as the newest directory has them. */
export function keysOf(context: Context, { request }: Dossier): SignerKey[] {
  return request.keys.map((name) => keyNamed(context.trust.latest, name));
}

/** Reads a hold and clears it as of `at`. A refusal ends the hold before it is thrown on: expired, or refused with an alarm. */
export async function cleared(context: Context, dossier: Dossier, at: string): Promise<Cleared | null> {
  try {
    const policy = await context.store.read((db) => policyOf(context, db, dossier.request.policy));
    return await clear(context, dossier, policy, at);
  } catch (thrown) {
    if (thrown instanceof Refusal) await endRefused(context, dossier, thrown);
    throw thrown;
  }
}

async function endRefused(context: Context, { row, request }: Dossier, refusal: Refusal): Promise<void> {
  if (refusal.code !== 'expired' || row.state === 'committed')
    return refuseHold(context, request.id, refusal);
  await change(context, row.tenant, (db) => endIn(context, db, request.id, 'expire', 'expired'));
}

/** Runs `work` when the hold is still as it was checked; otherwise nothing happens, and whoever changed it goes on with it. */
async function unlessChanged(
  context: Context,
  dossier: Dossier,
  work: (db: Db) => Promise<void>,
): Promise<boolean> {
  const { tenant, requestId } = dossier.row;
  return change(context, tenant, async (db) => {
    if (!sameState(dossier, await dossierOf(context, db, requestId))) return false;
    await work(db);
    return true;
  });
}

/** A hold that was checked, as it stood then. What is signed is what was checked, never what a row says later. */
interface Checked {
  readonly dossier: Dossier;
  readonly found: Cleared;
}

function intentFor(context: Context, { dossier, found }: Checked, keys: readonly SignerKey[]): IntentRecord {
  const { request } = dossier;
  return {
    _type: RECORD_TYPE,
    at: context.now().toISOString(),
    event: 'intent',
    tenant: request.tenant,
    requestId: request.id,
    requestDigest: found.requestDigest,
    payloadDigest: request.payloadDigest,
    directory: context.trust.latestDigest,
    decisions: found.decisions.map((d) => d.digest),
    keys: keys.map((k) => keyId(context.crypto, k.key)),
  };
}

/**
 * Writes the intent. Where all keys are the Signer's the hold is committed with it; a key that an officer holds signs
 * last and by itself, so that hold stays `quorate` and an officer may still deny it. Null when the hold changed meanwhile.
 */
async function commit(context: Context, checked: Checked): Promise<Checked | null> {
  const { dossier, found } = checked;
  const { row } = dossier;
  const { tenant, requestId } = row;
  const keys = keysOf(context, dossier);
  const quorate = move(row.state, 'quorum');
  const state = keys.every((k) => k.holder === null) ? move(quorate, 'commit') : quorate;
  const intent = intentFor(context, checked, keys);
  const decisions = dossier.decisions.length;
  let leaf: StoredLeaf | undefined;
  const written = await unlessChanged(context, dossier, async (db) => {
    // Its quorum was counted by that version: an intent after the next one's leaf would stand under rules that were gone.
    if ((await newestIn(db)) !== context.trust.latest.version) return;
    [leaf] = await context.log.appendIn(db, [intent]);
    await db
      .updateTable('holds')
      .set({ state, intentLeaf: leaf?.index ?? null })
      .where('requestId', '=', requestId)
      .execute();
    await tellHold(context, db, { tenant, requestId, state, code: null, decisions });
  });
  if (!written || !leaf) return null;
  const after = { row: { ...row, state, intentLeaf: leaf.index }, leaves: [...dossier.leaves, leaf] };
  return { dossier: { ...dossier, ...after }, found: { ...found, intent } };
}

interface MadeSignature {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

async function missingSignatures(context: Context, dossier: Dossier): Promise<MadeSignature[]> {
  const made: MadeSignature[] = [];
  for (const key of keysOf(context, dossier)) {
    const keyid = keyId(context.crypto, key.key);
    if (dossier.signatures.some((s) => s.keyid === keyid)) continue;
    if (key.holder !== null)
      throw new Refusal('store_tampered', `${dossier.row.requestId}: committed without ${key.name}`);
    made.push({
      keyid,
      signature: await context.keys.sign(key.name, pae(dossier.request.payloadType, dossier.row.payload)),
    });
  }
  return made;
}

/** The Signer's word that it received these decisions, by the attestation key of the directory that the intent names. */
async function approvalFor(
  context: Context,
  { request }: Dossier,
  { requestDigest, intent }: Cleared,
): Promise<Envelope> {
  if (!intent) throw new Refusal('store_tampered', `${request.id} has no intent`);
  const receivedAt = context.now().toISOString();
  const predicate = { requestId: request.id, requestDigest, decisions: intent.decisions, receivedAt };
  const statement = canonical(approvalOf(request.payloadDigest, predicate));
  const key = keyFor(context.trust.at(intent.directory), 'attestation');
  const signature = await context.keys.sign(key.name, pae(PAYLOAD_TYPE, statement));
  return makeEnvelope(PAYLOAD_TYPE, statement, [{ keyid: keyId(context.crypto, key.key), signature }]);
}

/** What came of a committed hold: a `signed` record for each signature, then the `approved` one. */
function recordsOf(
  context: Context,
  { dossier, found }: Checked,
  signatures: readonly MadeSignature[],
  approval: Envelope,
): LogRecord[] {
  const { crypto } = context;
  const { payloadType, payloadDigest, tenant, id: requestId } = dossier.request;
  const { payload } = dossier.row;
  if (!found.intent) throw new Refusal('store_tampered', `${requestId} has no intent`);
  const { directory } = found.intent;
  const signed = signatures.map(({ keyid, signature }) => {
    const bundle = digestOf(crypto, makeBundle({ payload, payloadType, keyid, signature }));
    return record(context, { event: 'signed', tenant, requestId, directory, payloadDigest, keyid, bundle });
  });
  const { requestDigest } = found;
  const statement = digestOf(crypto, approval);
  return [...signed, record(context, { event: 'approved', tenant, requestId, requestDigest, statement })];
}

async function finish(
  context: Context,
  checked: Checked,
  made: readonly MadeSignature[],
  approval: Envelope,
): Promise<void> {
  const { dossier, found } = checked;
  const { tenant, requestId, state: before } = dossier.row;
  const about = { tenant, requestId };
  const records = recordsOf(context, checked, [...dossier.signatures, ...made], approval);
  const state = move(before, 'sign');
  await unlessChanged(context, dossier, async (db) => {
    if (made.length > 0)
      await db
        .insertInto('signatures')
        .values(made.map((m) => ({ ...about, ...m })))
        .execute();
    const leaf = (await context.log.appendIn(db, records)).at(-1);
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    await db
      .updateTable('holds')
      .set({ state, endLeaf: leaf.index, approval: canonical(approval) })
      .where('requestId', '=', requestId)
      .execute();
    await tellHold(context, db, { ...about, state, code: null, decisions: dossier.decisions.length });
    if (dossier.request.kind === 'emergency-bypass' && found.intent)
      await beginGrantIn(context, db, dossier, found.intent.at);
  });
}

async function sign(context: Context, checked: Checked): Promise<void> {
  const { dossier, found } = checked;
  const made = await missingSignatures(context, dossier);
  context.onStep('signature');
  const approval = await approvalFor(context, dossier, found);
  context.onStep('approval');
  await finish(context, checked, made, approval);
  context.onStep('finished');
}

/** The intent dates the commitment: what was in time then is signed, however late a restart takes it up again. */
function asOf(context: Context, { row, leaves }: Dossier): string {
  const intent = row.state === 'committed' ? leaves.find((l) => l.index === row.intentLeaf) : undefined;
  return intent?.record.at ?? context.now().toISOString();
}

async function go(context: Context, requestId: string): Promise<void> {
  const dossier = await context.store.read((db) => dossierOf(context, db, requestId));
  const { state } = dossier.row;
  if (isEnded(state) || (state === 'waiting' && dossier.decisions.length === 0)) return;
  const found = await cleared(context, dossier, asOf(context, dossier));
  if (!found || state === 'quorate') return;
  await checkNothingHidden(context, dossier);
  if (state === 'committed') return sign(context, { dossier, found });
  context.onStep('checked');
  const committed = await commit(context, { dossier, found });
  if (!committed) return;
  context.onStep('intent');
  if (committed.dossier.row.state === 'committed') await sign(context, committed);
}

/**
 * Takes a hold as far as it goes by itself. Throws Refusal when the hold was refused or expired on the way (it is
 * ended then), CallerFault `key_unavailable` when a key cannot sign now (it stays committed and is taken up again).
 */
export function advance(context: Context, requestId: string): Promise<void> {
  const as = asOfNow(context);
  return guarding(as, requestId, () => go(as, requestId));
}
