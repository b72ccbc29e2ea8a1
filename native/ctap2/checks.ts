// What an answer must be before anybody else sees it (WebAuthn L3, 7.1 and 7.2, the parts that a device answers for).
import { createHash, X509Certificate } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { parseAuthenticatorData, type AttestedCredential, type AuthenticatorData } from './authdata.ts';
import type { Cbor, CborMap } from './cbor.ts';
import { bytesAt } from './fields.ts';

/** What the device was asked to answer for. */
export interface Asked {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
}

const ES256 = -7;

/** True when both hold the same bytes. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Authenticator data for the rpId asked for, with the person present and verified. DeviceFault otherwise. */
export function checkedData(bytes: Uint8Array, asked: Asked): AuthenticatorData {
  const data = parseAuthenticatorData(bytes);
  const expected = createHash('sha256').update(asked.rpId).digest();
  if (!same(data.rpIdHash, expected))
    throw new DeviceFault('malformed_reply', 'the answer is for another rpId');
  if (!data.userPresent) throw new DeviceFault('malformed_reply', 'the answer says that nobody was present');
  if (!data.userVerified)
    throw new DeviceFault('malformed_reply', 'the answer says that nobody was verified');
  return data;
}

/** DeviceFault `signature_wrong` unless the signature is the key's over authenticator data and clientDataHash. */
export function checkSignature(
  key: PublicKey,
  authData: Uint8Array,
  asked: Asked,
  signature: Uint8Array,
): void {
  const message = Buffer.concat([authData, asked.clientDataHash]);
  if (!nodeCrypto.verify(key, message, signature))
    throw new DeviceFault('signature_wrong', 'of the security key');
}

function attestationKey(statement: CborMap, credential: AttestedCredential): PublicKey {
  const chain: Cbor | undefined = statement.get('x5c');
  if (chain === undefined) return credential.publicKey;
  const leaf = Array.isArray(chain) ? (chain as readonly Cbor[])[0] : undefined;
  if (!(leaf instanceof Uint8Array))
    throw new DeviceFault('malformed_reply', 'attestation without a certificate');
  try {
    const spki = new X509Certificate(leaf).publicKey.export({ format: 'der', type: 'spki' });
    return { alg: 'ecdsa-p256-sha256', spki: spki.toString('base64') };
  } catch (cause) {
    throw new DeviceFault('malformed_reply', 'the attestation certificate cannot be read', undefined, cause);
  }
}

/**
 * The packed attestation's own signature (WebAuthn L3, 8.2). Whether its certificate is to be trusted is for whoever
 * enrols to say; other formats pass unread.
 */
export function checkAttestation(
  fmt: string,
  statement: CborMap,
  authData: Uint8Array,
  credential: AttestedCredential,
  asked: Asked,
): void {
  if (fmt !== 'packed') return;
  if (statement.get('alg') !== ES256) throw new DeviceFault('malformed_reply', 'attestation is not ES256');
  checkSignature(attestationKey(statement, credential), authData, asked, bytesAt(statement, 'sig'));
}
