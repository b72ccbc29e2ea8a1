// Software stand-ins for a security key and an HSM that make the proofs real ones make.
import { randomBytes } from 'node:crypto';
import type { Device } from '../../core/directory/directory.ts';
import { clientDataFor, paeFor, type Proof, type SignableObject } from '../../core/decision/proof.ts';
import type { Signable } from '../../core/decision/signable.ts';
import { keyId } from '../../core/key/keyid.ts';
import type { Presence } from '../../core/name/names.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { softKey, type SoftKey } from './keys.ts';

export interface SoftDevice {
  readonly device: Device;
  readonly soft: SoftKey;
  /** Signs an object of the closed table, as the hardware would. */
  prove(name: Signable, object: SignableObject, rpId?: string): Proof;
}

/** The virtual key's, so that a soft key's credential can be put into one. */
const VIRTUAL_AAGUID = 'b5d7a1e0-c02f-4f5d-9f3a-56495254554c';

export const RP_ID = 'console.signer.test';

/** What a security key signs: rpIdHash, flags (UP and UV unless given), counter. */
export function authenticatorData(rpId: string, flags = 0x05, counter = 1): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt8(flags, 0);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([nodeCrypto.sha256(Buffer.from(rpId)), tail]);
}

export function softSecurityKey(id: string): SoftDevice {
  const soft = softKey();
  const credentialId = randomBytes(32).toString('base64url');
  const device: Device = {
    kind: 'security-key',
    id,
    key: soft.key,
    credentialId,
    aaguid: VIRTUAL_AAGUID,
    presence: 'touch',
    attestation: 'none',
  };
  return {
    device,
    soft,
    prove(name, object, rpId = RP_ID) {
      const clientData = clientDataFor(nodeCrypto, name, object);
      const data = authenticatorData(rpId);
      const signature = soft.sign(Buffer.concat([data, nodeCrypto.sha256(clientData)]));
      return {
        kind: 'webauthn',
        credentialId,
        authenticatorData: data.toString('base64url'),
        clientDataJSON: Buffer.from(clientData).toString('base64url'),
        signature: Buffer.from(signature).toString('base64url'),
      };
    },
  };
}

export function softHsm(id: string, presence: Presence = 'pin'): SoftDevice {
  const soft = softKey();
  const device: Device = {
    kind: 'hsm',
    id,
    key: soft.key,
    uri: `pkcs11:token=${id};id=%01;type=private`,
    presence,
    attestation: 'none',
  };
  return {
    device,
    soft,
    prove: (name, object) => ({
      kind: 'dsse',
      keyid: keyId(nodeCrypto, soft.key),
      sig: Buffer.from(soft.sign(paeFor(name, object))).toString('base64'),
    }),
  };
}
