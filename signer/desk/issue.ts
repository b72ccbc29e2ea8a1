// Signing at once: nothing asks for a person, so the key signs, and the leaf is in the log before the answer leaves.
import type { RowOf } from '../../contract/stored/signer.ts';
import { makeBundle } from '../../core/dsse/bundle.ts';
import { pae } from '../../core/dsse/pae.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { inWindow } from '../../core/directory/succession.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { issuedAnswer } from './answers.ts';
import { record, type Context } from './context.ts';
import { finishIn } from './idempotency.ts';
import type { Outcome } from './ports.ts';
import { newestIn } from './standing.ts';
import type { Submission } from './submission.ts';

/** A signature that was made and has not left. `bundle` is the digest of the bundle that it will leave in. */
export interface Made {
  readonly keyName: string;
  readonly keyid: string;
  readonly signature: Uint8Array;
  readonly payloadDigest: string;
  readonly bundle: string;
}

/** Signs a payload's PAE, outside any transaction. Throws CallerFault `key_unavailable`. */
export async function make(context: Context, payload: Uint8Array, { name, key }: SignerKey): Promise<Made> {
  const { crypto } = context;
  const keyid = keyId(crypto, key);
  const signature = await context.keys.sign(name, pae(PAYLOAD_TYPE, payload));
  const bundle = digestOf(crypto, makeBundle({ payload, payloadType: PAYLOAD_TYPE, keyid, signature }));
  return { keyName: name, keyid, signature, payloadDigest: digestBytes(crypto, payload), bundle };
}

/** The row from which the answer is made, again and again. */
export function issuedRowOf(
  context: Context,
  { caller, requestId, payload, plan, returnBundle, lease }: Submission,
  { keyName, keyid, signature }: Made,
  leaf: number,
  grant: string | null,
): RowOf<'issued'> {
  return {
    tenant: caller.tenant,
    requestId,
    payloadType: PAYLOAD_TYPE,
    payload,
    keyName,
    keyid,
    signature,
    plan,
    leaf,
    returnBundle: returnBundle ? 1 : 0,
    quotaLimit: lease.quota.limit,
    quotaRemaining: lease.quota.remaining,
    createdAt: context.now().getTime(),
    grant,
  };
}

/**
 * Signs outside any transaction, then stores the first result with its leaf, which names the version that the key was found
 * in. Null when another version came into force meanwhile: what was made then never leaves. Throws CallerFault
 * `key_unavailable`, or `in_progress` when another attempt took the lease over meanwhile.
 */
export async function issue(context: Context, submission: Submission): Promise<Outcome | null> {
  const { caller, payload, key, lease, requestId } = submission;
  const { tenant } = caller;
  const made = await make(context, payload, key);
  const { payloadDigest, keyid, bundle } = made;
  const directory = context.trust.latestDigest;
  context.onStep('made');
  const row = await context.store.write(async (db) => {
    if ((await newestIn(db)) !== context.trust.latest.version) return null;
    const about = { tenant, requestId, directory, payloadDigest, keyid, bundle };
    const signed = record(context, { event: 'signed', ...about });
    if (!inWindow(key, signed.at)) throw new CallerFault('key_unavailable', `${key.name} ended`);
    await finishIn(db, lease, 'signed', requestId);
    const [leaf] = await context.log.appendIn(db, [signed]);
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    const issued = issuedRowOf(context, submission, made, leaf.index, null);
    await db.insertInto('issued').values(issued).execute();
    return issued;
  });
  return row && { kind: 'signed', answer: await issuedAnswer(context, row) };
}
