// The order to suspend a key: what one officer's device signs to stop the Signer from signing with it, and how it is checked.
import { z } from 'zod';
import { fromBase64 } from '../bytes/base64.ts';
import { Base64 } from '../bytes/form.ts';
import type { Device, Directory, Officer, SignerKey } from '../directory/directory.ts';
import { deviceOf, keyNamed, machineOf, officerOf } from '../directory/lookup.ts';
import { Refusal, isFault } from '../fault/fault.ts';
import { Digest, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Bytes32, Id, KeyName, Time } from '../name/names.ts';
import { countersignatureBytes } from './countersignature.ts';
import { Proof, verifyProof } from './proof.ts';
import { signable } from './signable.ts';

/** How long a suspension lasts by itself, in milliseconds of the log's time. */
export const SUSPENSION_LASTS = 24 * 60 * 60 * 1000;

/** Why a key is suspended, in words that everybody may read who reads the directory. */
export const SuspensionReason = z
  .string()
  .max(2000)
  .refine((text) => text.trim() !== '', 'empty');

/**
 * protocol.md 18. Its id is the digest of this object, never of a signature over it: a signature can be written in other
 * ways, and the same order must not count twice. `directory` is the version that the officer saw; `machine` the Console's
 * that countersigns, null where a bare terminal has none. `at` is that machine's clock: told, not trusted.
 */
export const Suspension = z.strictObject({
  _type: z.literal(signable.suspension.type),
  signer: Digest,
  directory: Digest,
  key: KeyName,
  reason: SuspensionReason,
  officer: Id,
  device: Id,
  machine: Id.nullable(),
  nonce: Bytes32,
  at: Time,
});
export type Suspension = z.infer<typeof Suspension>;

/** With the device's proof, and the countersignature (base64) of the machine that it names, if it names one. */
export const SealedSuspension = z.strictObject({
  suspension: Suspension,
  proof: Proof,
  countersignature: Base64.min(8).max(200).nullable(),
});
export type SealedSuspension = z.infer<typeof SealedSuspension>;

/** Who may order what, as one version of the directory has them. */
interface Standing {
  readonly officer: Officer;
  readonly device: Device;
  readonly key: SignerKey;
}

function standingIn(directory: Directory, { officer: id, device, key: name }: Suspension): Standing {
  const officer = officerOf(directory, id);
  const key = keyNamed(directory, name);
  if (key.use !== 'release') throw new Refusal('key_use', `${name} is the ${key.use} key`);
  return { officer, device: deviceOf(officer, device), key };
}

function checkCountersignature(
  crypto: Crypto,
  directory: Directory,
  { suspension, proof, countersignature }: SealedSuspension,
): void {
  const { machine } = suspension;
  if ((machine === null) !== (countersignature === null))
    throw new Refusal('machine_proof', 'a machine and its signature come together');
  if (machine === null || countersignature === null) return;
  const { key } = machineOf(directory, machine);
  if (!crypto.verify(key, countersignatureBytes(crypto, suspension, proof), fromBase64(countersignature)))
    throw new Refusal('machine_proof', machine);
}

/** Runs a check of an order: whatever does not fit makes it none. Throws Refusal `suspension_invalid`. */
export function asOrder<T>(check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (isFault(thrown) && thrown.code !== 'suspension_invalid')
      throw new Refusal('suspension_invalid', thrown.message, thrown);
    throw thrown;
  }
}

/**
 * Checks an order against the version of the directory that it names: any officer, with any enrolled device, may suspend any
 * release key. Throws Refusal `suspension_invalid`, whose detail begins with the code of what did not fit.
 */
export function verifySuspension(
  crypto: Crypto,
  signer: string,
  directory: Directory,
  sealed: SealedSuspension,
): void {
  const { suspension, proof } = sealed;
  asOrder(() => {
    if (suspension.signer !== signer) throw new Refusal('signer_mismatch', suspension.key);
    if (suspension.directory !== digestOf(crypto, directory))
      throw new Refusal('directory_invalid', suspension.directory);
    const { device } = standingIn(directory, suspension);
    verifyProof(crypto, directory.rpId, device, 'suspension', suspension, proof);
    checkCountersignature(crypto, directory, sealed);
  });
}

/**
 * Checks that an order made under an older version still stands under this one: officer, device and key are there and the
 * same. Throws Refusal `suspension_invalid`.
 */
export function stillStands(before: Directory, now: Directory, suspension: Suspension): void {
  asOrder(() => {
    const [then, is] = [standingIn(before, suspension), standingIn(now, suspension)];
    if (then.device.key.spki !== is.device.key.spki) throw new Refusal('device_unknown', is.device.id);
    if (then.key.key.spki !== is.key.key.spki) throw new Refusal('key_unknown', is.key.name);
  });
}
