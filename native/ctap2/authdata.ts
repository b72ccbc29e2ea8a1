// Authenticator data (WebAuthn L3, 6.1): parsed to the last byte, nothing left over.
import { createPublicKey } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { decodeItem, type CborMap } from './cbor.ts';
import { bytesAt } from './fields.ts';
import { uuid } from './info.ts';

const Flag = { UP: 0x01, UV: 0x04, AT: 0x40, ED: 0x80 } as const;
const FIXED = 37; // rpIdHash(32) flags(1) signCount(4)
const MOST_ID = 1023;
const ES256 = -7;

/** What a new credential's data says. */
export interface AttestedCredential {
  readonly aaguid: string;
  readonly credentialId: Uint8Array;
  readonly publicKey: PublicKey;
}

export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly counter: number;
  readonly attested: AttestedCredential | undefined;
}

function malformed(detail: string, cause?: unknown): DeviceFault {
  return new DeviceFault('malformed_reply', `authenticator data: ${detail}`, undefined, cause);
}

/** An ES256 COSE key as SPKI. DeviceFault `malformed_reply` for another algorithm or a point off the curve. */
export function es256Key(cose: CborMap): PublicKey {
  if (cose.get(1) !== 2 || cose.get(3) !== ES256 || cose.get(-1) !== 1)
    throw malformed('key is not ES256 on P-256');
  const coordinate = (label: number): string => Buffer.from(bytesAt(cose, label, 32)).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(-2), y: coordinate(-3) };
  try {
    const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
    return { alg: 'ecdsa-p256-sha256', spki: spki.toString('base64') };
  } catch (cause) {
    throw malformed('key is not a point of P-256', cause);
  }
}

function attestedOf(rest: Uint8Array): [AttestedCredential, Uint8Array] {
  if (rest.length < 18) throw malformed('no credential');
  const length = new DataView(rest.buffer, rest.byteOffset).getUint16(16);
  if (length === 0 || length > MOST_ID || rest.length < 18 + length)
    throw malformed(`credential id of ${length} bytes`);
  const [cose, after] = decodeItem(rest.subarray(18 + length));
  if (!(cose instanceof Map)) throw malformed('key is not a map');
  const credentialId = rest.slice(18, 18 + length);
  return [{ aaguid: uuid(rest.subarray(0, 16)), credentialId, publicKey: es256Key(cose as CborMap) }, after];
}

/** Parses. DeviceFault `malformed_reply` when a part is missing, odd or left over. */
export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  if (bytes.length < FIXED) throw malformed(`${bytes.length} bytes`);
  const flags = bytes[32] ?? 0;
  let rest = bytes.subarray(FIXED);
  let attested: AttestedCredential | undefined;
  if ((flags & Flag.AT) !== 0) [attested, rest] = attestedOf(rest);
  if ((flags & Flag.ED) !== 0) {
    const [extensions, after] = decodeItem(rest);
    if (!(extensions instanceof Map)) throw malformed('extensions are not a map');
    rest = after;
  }
  if (rest.length > 0) throw malformed(`${rest.length} bytes left over`);
  return {
    rpIdHash: bytes.slice(0, 32),
    userPresent: (flags & Flag.UP) !== 0,
    userVerified: (flags & Flag.UV) !== 0,
    counter: new DataView(bytes.buffer, bytes.byteOffset).getUint32(33),
    attested,
  };
}
