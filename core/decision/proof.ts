// A device's signature over one canonical object: its two forms, and how each is checked.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { concat, equalBytes, utf8 } from '../bytes/bytes.ts';
import { fromBase64, fromBase64Url, toBase64Url } from '../bytes/base64.ts';
import { pae } from '../dsse/pae.ts';
import { Refusal } from '../fault/fault.ts';
import { canonical } from '../json/canonical.ts';
import type { Crypto } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import type { Device } from '../directory/directory.ts';
import { Base64Url } from '../name/names.ts';
import { signable, type Signable } from './signable.ts';

/** `webauthn`: an assertion (WebAuthn 6.3.3), binary as base64url. `dsse`: an HSM's signature over the PAE, base64. */
export const Proof = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webauthn'),
    credentialId: Base64Url.max(1400),
    authenticatorData: Base64Url.max(1400),
    clientDataJSON: Base64Url.max(400),
    signature: Base64Url.max(1400),
  }),
  z.strictObject({ kind: z.literal('dsse'), keyid: Base64.max(64), sig: Base64.max(1400) }),
]);
export type Proof = z.infer<typeof Proof>;

/** What every signable object has in common. */
export interface SignableObject {
  readonly _type: string;
}

/** The exact `clientDataJSON` for an object: challenge = base64url(SHA-256(canonical object)), one origin a type. */
export function clientDataFor(crypto: Crypto, name: Signable, object: SignableObject): Uint8Array {
  const challenge = toBase64Url(crypto.sha256(signableBytes(name, object)));
  return utf8(
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${signable[name].origin}","crossOrigin":false}`,
  );
}

/** The bytes that an HSM signs for an object: DSSE's PAE under the payload type of its `_type`. */
export function paeFor(name: Signable, object: SignableObject): Uint8Array {
  return pae(signable[name].payloadType, signableBytes(name, object));
}

function signableBytes(name: Signable, object: SignableObject): Uint8Array {
  if (object._type !== signable[name].type)
    throw new Refusal('wrong_type', `${object._type} is not a ${name}`);
  return canonical(object);
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;
const EXTENSIONS = 0x80;

function checkWebauthn(
  crypto: Crypto,
  rpId: string,
  device: Device,
  clientData: Uint8Array,
  proof: Extract<Proof, { kind: 'webauthn' }>,
) {
  const refuse = (why: string) => new Refusal('device_proof', `${device.id}: ${why}`);
  if (device.kind !== 'security-key') throw refuse('not a security key');
  if (proof.credentialId !== device.credentialId) throw refuse('credential');
  if (!equalBytes(fromBase64Url(proof.clientDataJSON), clientData)) throw refuse('clientDataJSON');
  const data = fromBase64Url(proof.authenticatorData);
  const flags = data[32] ?? 0;
  if (data.length < 37 || (data.length > 37 && !(flags & EXTENSIONS)))
    throw refuse('length of authenticatorData');
  if (!equalBytes(data.subarray(0, 32), crypto.sha256(utf8(rpId)))) throw refuse('rpId');
  if (!(flags & USER_PRESENT) || !(flags & USER_VERIFIED) || flags & ATTESTED) throw refuse('flags');
  const signed = concat(data, crypto.sha256(clientData));
  if (!crypto.verify(device.key, signed, fromBase64Url(proof.signature))) throw refuse('signature');
}

/**
 * Checks that `device` signed exactly `object` as a `name` (WebAuthn 7.2; DSSE protocol). `object` is what the verifier
 * holds, never what the proof says. Throws Refusal `wrong_type` or `device_proof`.
 */
export function verifyProof(
  crypto: Crypto,
  rpId: string,
  device: Device,
  name: Signable,
  object: SignableObject,
  proof: Proof,
): void {
  if (proof.kind === 'webauthn')
    return checkWebauthn(crypto, rpId, device, clientDataFor(crypto, name, object), proof);
  const refuse = (why: string) => new Refusal('device_proof', `${device.id}: ${why}`);
  if (device.kind !== 'hsm') throw refuse('not an HSM');
  if (proof.keyid !== keyId(crypto, device.key)) throw refuse('keyid');
  if (!crypto.verify(device.key, paeFor(name, object), fromBase64(proof.sig))) throw refuse('signature');
}

/** The signature counter of an assertion; 0 for a device that keeps none, or for an HSM. */
export function counterOf(proof: Proof): number {
  if (proof.kind !== 'webauthn') return 0;
  const data = fromBase64Url(proof.authenticatorData);
  return data.length < 37
    ? 0
    : (((data[33] ?? 0) * 256 + (data[34] ?? 0)) * 256 + (data[35] ?? 0)) * 256 + (data[36] ?? 0);
}
