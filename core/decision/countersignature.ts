// What a machine signs beside a device: the digests of the object and of the device's proof.
import { pae } from '../dsse/pae.ts';
import { canonical } from '../json/canonical.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import type { Proof, SignableObject } from './proof.ts';

/** The bytes that a machine signs: the PAE over both digests, so that neither object nor proof can be swapped. */
export function countersignatureBytes(crypto: Crypto, object: SignableObject, proof: Proof): Uint8Array {
  const type = 'https://stella.ops/signer/countersignature/v1';
  const body = { _type: type, object: digestOf(crypto, object), proof: digestOf(crypto, proof) };
  return pae('application/vnd.stella.countersignature+json', canonical(body));
}
