// Enrolment: a new device says by its own signature that it is in this officer's hand, at this machine, for this version.
import { z } from 'zod';
import { fromBase64 } from '../bytes/base64.ts';
import { Base64 } from '../bytes/form.ts';
import { Device, type Directory } from '../directory/directory.ts';
import { machineOf } from '../directory/lookup.ts';
import { Refusal, isFault } from '../fault/fault.ts';
import { Digest, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Id, Time } from '../name/names.ts';
import { countersignatureBytes } from './countersignature.ts';
import { Proof, verifyProof } from './proof.ts';
import { signable } from './signable.ts';

/**
 * What the new device signs: its own entry as the next directory will have it, whose it is, and the version that it is
 * to follow (`directory`), so that no old enrolment serves again. `at` is that machine's clock: told, not trusted.
 */
export const Enrolment = z.strictObject({
  _type: z.literal(signable.enrolment.type),
  signer: Digest,
  directory: Digest,
  officer: Id,
  device: Device,
  rpId: z.string().min(1).max(253),
  machine: Id,
  at: Time,
});
export type Enrolment = z.infer<typeof Enrolment>;

/** With the new device's proof, and the countersignature (base64) of the machine that it was plugged into. */
export const SealedEnrolment = z.strictObject({
  enrolment: Enrolment,
  proof: Proof,
  countersignature: Base64.min(8).max(200),
});
export type SealedEnrolment = z.infer<typeof SealedEnrolment>;

/**
 * Checks an enrolment against the version that it is to follow. The device's key comes from the enrolment itself: that
 * the next directory has this very entry is the caller's to check. Throws Refusal `enrolment_invalid`.
 */
export function verifyEnrolment(
  crypto: Crypto,
  signer: string,
  before: Directory,
  { enrolment, proof, countersignature }: SealedEnrolment,
): void {
  const { device, machine } = enrolment;
  const fail = (why: string, cause?: unknown) =>
    new Refusal('enrolment_invalid', `${device.id}: ${why}`, cause);
  if (enrolment.signer !== signer) throw fail('another Signer');
  if (enrolment.directory !== digestOf(crypto, before)) throw fail('made for another version');
  if (enrolment.rpId !== before.rpId) throw fail('rpId');
  try {
    const { key } = machineOf(before, machine);
    verifyProof(crypto, before.rpId, device, 'enrolment', enrolment, proof);
    const bytes = countersignatureBytes(crypto, enrolment, proof);
    if (!crypto.verify(key, bytes, fromBase64(countersignature))) throw new Refusal('machine_proof', machine);
  } catch (thrown) {
    if (isFault(thrown)) throw fail(thrown.message, thrown);
    throw thrown;
  }
}
