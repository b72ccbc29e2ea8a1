// A key that this officer holds signs last, as an act of its own, after this Console counted the whole quorum.
import { fromBase64, toBase64 } from '../../core/bytes/base64.ts';
import type { Expected } from '../../core/decision/decision.ts';
import { requireQuorum } from '../../core/decision/tally.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { keyNamed } from '../../core/directory/lookup.ts';
import { signs } from '../../core/directory/succession.ts';
import { pae } from '../../core/dsse/pae.ts';
import { DeviceFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import type { HoldSnapshot, Reviewed } from '../../core/stage/stages.ts';
import type { AuthorizePorts } from './ports.ts';

/** A held key's signature (DER, standard base64) over the payload's PAE, durable in the journal. */
export interface HeldSignature {
  readonly requestId: string;
  readonly keyid: string;
  readonly sig: string;
}

/** The one key of the request that this officer holds. Refusal `key_use` when there is none. */
function heldKey({ officer, trust }: AuthorizePorts, { rebuilt }: Reviewed): SignerKey {
  const { latest } = trust();
  const key = rebuilt.request.keys.map((name) => keyNamed(latest, name)).find((k) => k.holder === officer);
  if (!key) throw new Refusal('key_use', `${officer} holds no key of ${rebuilt.request.id}`);
  if (!signs(key)) throw new Refusal('key_window', `${key.name} is ${key.state}`);
  return key;
}

/** Counts by both directories: the one the request names, and the one in force now. Refusal `denied` or `quorum_incomplete`. */
function checkQuorate(ports: AuthorizePorts, review: Reviewed, hold: HoldSnapshot): void {
  const { request, digest, viewDigest } = review.rebuilt;
  const trust = ports.trust();
  const expected: Expected = {
    signer: trust.signer,
    request,
    requestDigest: digest,
    viewDigest,
    directory: trust.at(request.directory),
  };
  if (digestOf(ports.crypto, hold.request) !== digest) throw new Refusal('request_mismatch', request.id);
  if (hold.state !== 'quorate') throw new Refusal('quorum_incomplete', `the Signer says ${hold.state}`);
  if (ports.now().getTime() >= Date.parse(request.expires)) throw new Refusal('expired', request.expires);
  requireQuorum(ports.crypto, expected, hold.decisions);
  requireQuorum(ports.crypto, { ...expected, directory: trust.latest }, hold.decisions);
  if (trust.latest.policy !== request.policy) throw new Refusal('policy_mismatch', request.id);
}

/** What this key signed for the request before: the same again, never a second one. Refusal `officer_decided` over other bytes. */
async function madeBefore(
  ports: AuthorizePorts,
  { requestId }: Reviewed,
  { key, name }: SignerKey,
  message: Uint8Array,
): Promise<HeldSignature | undefined> {
  const before = ports.journal.heldSignature(requestId);
  if (!before) return undefined;
  const same =
    before.keyid === keyId(ports.crypto, key) && ports.crypto.verify(key, message, fromBase64(before.sig));
  if (same) return { requestId, ...before };
  await ports.alarm('officer_decided', requestId);
  throw new Refusal('officer_decided', `${name} signed something else for ${requestId}`);
}

/**
 * Signs the payload's PAE with the key that this officer holds, after verifying the complete quorum (architecture.md, a held request, 6); once
 * for a request, and asked again it gives that signature again.
 * `hold` is how the hold looks now. Intent and outcome are durable records of their own. Rejects with Refusal, DeviceFault.
 */
export async function signHeld(
  ports: AuthorizePorts,
  review: Reviewed,
  hold: HoldSnapshot,
  signal?: AbortSignal,
): Promise<HeldSignature> {
  const key = heldKey(ports, review);
  checkQuorate(ports, review, hold);
  const { requestId, payload, rebuilt } = review;
  const message = pae(rebuilt.request.payloadType, payload);
  const before = await madeBefore(ports, review, key, message);
  if (before) return before;
  const decisions = hold.decisions.map((sealed) => digestOf(ports.crypto, sealed));
  const { digest: requestDigest, request } = rebuilt;
  const about = { requestId, requestDigest, payloadDigest: request.payloadDigest, key: key.name, decisions };
  await ports.journal.append({ event: 'held-intent', ...about }, 'must');
  try {
    const signature = await ports.hardware.sign(key.name, message, signal);
    if (!ports.crypto.verify(key.key, message, signature)) throw new DeviceFault('signature_wrong', key.name);
    if (signal?.aborted) throw new DeviceFault('cancelled', 'after the signature');
    const made = { requestId, keyid: keyId(ports.crypto, key.key), sig: toBase64(signature) };
    await ports.journal.append({ event: 'held-outcome', ...made }, 'must');
    return made;
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await ports.journal.append({ event: 'held-failed', requestId, code }, 'urgent');
    throw thrown;
  }
}
