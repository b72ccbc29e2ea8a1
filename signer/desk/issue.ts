// Signing at once: nothing asks for a person, so the key signs, and the leaf is in the log before the answer leaves.
import type { RowOf } from '../../contract/stored/signer.ts';
import { makeBundle } from '../../core/dsse/bundle.ts';
import { pae } from '../../core/dsse/pae.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { issuedAnswer } from './answers.ts';
import { record, type Context } from './context.ts';
import { finishIn } from './idempotency.ts';
import type { Outcome } from './ports.ts';
import type { Submission } from './submission.ts';

/**
 * Signs outside any transaction, then stores the first result with its leaf. Throws CallerFault `key_unavailable`, or
 * `in_progress` when another attempt took the lease over meanwhile.
 */
export async function issue(context: Context, submission: Submission): Promise<Outcome> {
  const { crypto } = context;
  const { caller, body, payload, key, lease, plan } = submission;
  const { tenant } = caller;
  const keyid = keyId(crypto, key.key);
  const signature = await context.keys.sign(key.name, pae(PAYLOAD_TYPE, payload));
  const bundle = digestOf(crypto, makeBundle({ payload, payloadType: PAYLOAD_TYPE, keyid, signature }));
  const requestId = context.ulid();
  const row = await context.store.write(async (db) => {
    await finishIn(db, lease, 'signed', requestId);
    const payloadDigest = digestBytes(crypto, payload);
    const [leaf] = await context.log.appendIn(db, [
      record(context, { event: 'signed', tenant, requestId, payloadDigest, keyid, bundle }),
    ]);
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    const made: RowOf<'issued'> = {
      tenant,
      requestId,
      payloadType: PAYLOAD_TYPE,
      payload,
      keyName: key.name,
      keyid,
      signature,
      plan,
      leaf: leaf.index,
      returnBundle: body.options.returnBundle === false ? 0 : 1,
      quotaLimit: lease.quota.limit,
      quotaRemaining: lease.quota.remaining,
      createdAt: context.now().getTime(),
    };
    await db.insertInto('issued').values(made).execute();
    return made;
  });
  return { kind: 'signed', answer: await issuedAnswer(context, row) };
}
