// Answers to callers, made from what is stored, so that the same request gets the same answer again.
import type { HeldAnswer, SignedAnswer } from '../../contract/wire/sign.ts';
import { paths } from '../../contract/wire/paths.ts';
import type { RowOf } from '../../contract/stored/signer.ts';
import { makeBundle } from '../../core/dsse/bundle.ts';
import { makeEnvelope, parseEnvelope, type Envelope, type Signed } from '../../core/dsse/envelope.ts';
import { pae } from '../../core/dsse/pae.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { keyId } from '../../core/key/keyid.ts';
import { matchNumber } from '../../core/request/match.ts';
import type { Request } from '../../core/request/request.ts';
import { maybeRow, rowOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { Context } from './context.ts';
import { untampered, type Dossier } from './holds.ts';

interface Parts {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly keyName: string;
  readonly signed: readonly [Signed, ...Signed[]];
  readonly returnBundle: boolean;
  readonly plan: string;
  readonly quota: SignedAnswer['policy']['quota'];
  readonly leaf: number;
  readonly evidence: string;
  readonly grant: SignedAnswer['grant'];
}

async function signedAnswer(context: Context, parts: Parts): Promise<SignedAnswer> {
  const { payload, payloadType, signed, returnBundle } = parts;
  const [{ keyid, signature }] = signed;
  return {
    bundle: returnBundle ? makeBundle({ payload, payloadType, keyid, signature }) : null,
    envelope: returnBundle ? makeEnvelope(payloadType, payload, signed) : null,
    signer: { mode: 'keyful', keyId: parts.keyName, chain: [] },
    policy: { plan: parts.plan, quota: parts.quota },
    log: { leafIndex: parts.leaf, checkpoint: await context.log.checkpointAt(parts.leaf + 1) },
    evidence: parts.evidence,
    grant: parts.grant,
  };
}

/** The answer of a request that was signed at once. Throws Refusal `store_tampered`. */
export async function issuedAnswer(context: Context, row: RowOf<'issued'>): Promise<SignedAnswer> {
  const { payload, payloadType, keyName, keyid, signature, plan, leaf, grant } = row;
  checkStored(context, keyName, payloadType, payload, { keyid, signature });
  const quota = { limit: row.quotaLimit, remaining: row.quotaRemaining };
  return signedAnswer(context, {
    payload,
    payloadType,
    keyName,
    signed: [{ keyid, signature }],
    returnBundle: row.returnBundle === 1,
    plan,
    quota,
    leaf,
    evidence: grant === null ? paths.signatureEvidence(row.requestId) : paths.spendEvidence(row.requestId),
    grant: grant === null ? null : { id: grant },
  });
}

/** The row of a request that was signed at once. */
export async function issuedRow(db: Db, tenant: string, requestId: string): Promise<RowOf<'issued'>> {
  const found = await db
    .selectFrom('issued')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('requestId', '=', requestId)
    .executeTakeFirst();
  return rowOf('issued', found);
}

/** What was signed at once under this id, whoever's it is; undefined when nothing was. */
export async function issuedAs(db: Db, requestId: string): Promise<RowOf<'issued'> | undefined> {
  const found = await db
    .selectFrom('issued')
    .selectAll()
    .where('requestId', '=', requestId)
    .executeTakeFirst();
  return maybeRow('issued', found);
}

/** The key of this name and id in the newest version that has it: what was signed stays signed when the directory goes on. */
function keyWith({ crypto, trust }: Context, name: string, keyid: string): PublicKey | undefined {
  const versions = trust.digests.map((digest) => trust.at(digest)).reverse();
  return versions
    .flatMap(({ keys }) => keys)
    .find((key) => key.name === name && keyId(crypto, key.key) === keyid)?.key;
}

/** What a stored signature must still be before it leaves: by that key, over those bytes. */
function checkStored(
  context: Context,
  keyName: string,
  payloadType: string,
  payload: Uint8Array,
  { keyid, signature }: Signed,
): void {
  const key = keyWith(context, keyName, keyid);
  if (!key || !context.crypto.verify(key, pae(payloadType, payload), signature))
    throw new Refusal('store_tampered', `signature by ${keyName}`);
}

/** The stored signatures of a signed hold, in the order of the request's keys. Throws Refusal `store_tampered`. */
export function signaturesOf(context: Context, { request, row, signatures }: Dossier): [Signed, ...Signed[]] {
  const signed = request.keys.map((name) => {
    const stored = signatures.find(({ keyid }) => keyWith(context, name, keyid));
    if (!stored) throw new Refusal('store_tampered', `no signature by ${name}`);
    checkStored(context, name, request.payloadType, row.payload, stored);
    return { keyid: stored.keyid, signature: stored.signature };
  });
  const [first, ...others] = signed;
  if (!first || signatures.length !== signed.length) throw new Refusal('store_tampered', 'signatures');
  return [first, ...others];
}

/** The stored approval statement, which must be the one that the hold's last leaf names. Throws Refusal `store_tampered`. */
export function approvalIn(context: Context, { row, leaves }: Dossier): Envelope {
  const bytes = row.approval;
  const leaf = leaves.find((l) => l.index === row.endLeaf);
  if (!bytes || leaf?.record.event !== 'approved')
    throw new Refusal('store_tampered', `${row.requestId} has no approval`);
  const envelope = untampered(row.requestId, () => parseEnvelope(bytes));
  if (leaf.record.statement !== digestOf(context.crypto, envelope))
    throw new Refusal('store_tampered', 'approval statement');
  return envelope;
}

/** What a signed hold gives its caller. Throws Refusal `store_tampered` when a row says signed and the log does not. */
export async function heldResult(context: Context, dossier: Dossier): Promise<SignedAnswer> {
  const { row, request } = dossier;
  const signed = signaturesOf(context, dossier);
  approvalIn(context, dossier);
  const [keyName] = request.keys;
  if (row.endLeaf === null || keyName === undefined) throw new Refusal('store_tampered', row.requestId);
  return signedAnswer(context, {
    payload: row.payload,
    payloadType: request.payloadType,
    keyName,
    signed,
    returnBundle: row.returnBundle === 1,
    plan: row.plan,
    quota: { limit: row.quotaLimit, remaining: row.quotaRemaining },
    leaf: row.endLeaf,
    evidence: paths.evidence(row.requestId),
    grant: null,
  });
}

/** Where the state of a request is read, under the API's base URL. */
export function statusUrl(origin: string, requestId: string): string {
  return `${origin}/requests/${requestId}`;
}

const heldCodes = {
  'manual-approval': 'held_manual_approval',
  'key-approval': 'held_key_approval',
  'emergency-bypass': 'held_emergency_bypass',
  ceremony: 'held_ceremony',
} as const;

/** The answer to a request that was held. */
export function heldAnswer(context: Context, request: Request, origin: string): HeldAnswer {
  return {
    requestId: request.id,
    status: 'waiting',
    statusUrl: statusUrl(origin, request.id),
    matchNumber: matchNumber(context.crypto, digestOf(context.crypto, request)),
    code: heldCodes[request.kind],
  };
}
