// Asks a device for its signature over one object of the closed table, in the form that its kind gives.
import { toBase64, toBase64Url } from '../../core/bytes/base64.ts';
import type { Device } from '../../core/directory/directory.ts';
import {
  clientDataFor,
  paeFor,
  verifyProof,
  type Proof,
  type SignableObject,
} from '../../core/decision/proof.ts';
import type { Signable } from '../../core/decision/signable.ts';
import { DeviceFault, isFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { keyId } from '../../core/key/keyid.ts';

export type SecurityKey = Extract<Device, { kind: 'security-key' }>;
export type Hsm = Extract<Device, { kind: 'hsm' }>;

/** What a security key answers (WebAuthn 6.3.3). */
export interface Assertion {
  readonly credentialId: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
}

/** The hardware in the officer's hand. Both reject with DeviceFault; aborting cancels at the device. Nothing is replayed. */
export interface Hardware {
  assert(
    device: SecurityKey,
    rpId: string,
    clientDataHash: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Assertion>;
  /** Signs a whole message with the key of a PKCS#11 URI: DER, P-256 with SHA-256. */
  sign(uri: string, message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Which directory's relying party the proof is for, and which device makes it. */
export interface ProofWish {
  readonly crypto: Crypto;
  readonly hardware: Hardware;
  readonly rpId: string;
  readonly device: Device;
}

async function askDevice(
  { crypto, hardware, rpId, device }: ProofWish,
  name: Signable,
  object: SignableObject,
  signal?: AbortSignal,
): Promise<Proof> {
  if (device.kind === 'hsm') {
    const signature = await hardware.sign(device.uri, paeFor(name, object), signal);
    return { kind: 'dsse', keyid: keyId(crypto, device.key), sig: toBase64(signature) };
  }
  const clientData = clientDataFor(crypto, name, object);
  const { credentialId, authenticatorData, signature } = await hardware.assert(
    device,
    rpId,
    crypto.sha256(clientData),
    signal,
  );
  return {
    kind: 'webauthn',
    credentialId: toBase64Url(credentialId),
    authenticatorData: toBase64Url(authenticatorData),
    clientDataJSON: toBase64Url(clientData),
    signature: toBase64Url(signature),
  };
}

/**
 * The device's proof over `object` (protocol.md 6), checked before it is used. Rejects with DeviceFault: what the device
 * or its driver said, `cancelled`, or `signature_wrong` when the proof does not verify with the enrolled key.
 */
export async function prove(
  wish: ProofWish,
  name: Signable,
  object: SignableObject,
  signal?: AbortSignal,
): Promise<Proof> {
  const proof = await askDevice(wish, name, object, signal);
  if (signal?.aborted) throw new DeviceFault('cancelled', 'after the touch');
  try {
    verifyProof(wish.crypto, wish.rpId, wish.device, name, object, proof);
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    throw new DeviceFault('signature_wrong', `${wish.device.id}: ${cause.detail}`, undefined, cause);
  }
  return proof;
}
