// ECDSA forms: raw r || s as PKCS#11 gives it, DER as everybody else wants it, and points as SPKI.
import { createPublicKey } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';

const HALF = 32;
const POINT = 65;
/** prime256v1 as CKA_EC_PARAMS holds it. */
export const P256_PARAMETERS = Buffer.from('06082a8648ce3d030107', 'hex');

function integer(half: Uint8Array): Buffer {
  let at = 0;
  while (at < half.length - 1 && half[at] === 0) at++;
  const digits = Buffer.from(half.subarray(at));
  const sign = (digits[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return Buffer.concat([Buffer.of(0x02, sign.length + digits.length), sign, digits]);
}

/** r || s (64 bytes) as DER (SEC 1, C.5). DeviceFault `malformed_reply` for another length. */
export function toDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== HALF * 2) throw new DeviceFault('malformed_reply', `signature of ${raw.length} bytes`);
  const body = Buffer.concat([integer(raw.subarray(0, HALF)), integer(raw.subarray(HALF))]);
  return new Uint8Array(Buffer.concat([Buffer.of(0x30, body.length), body]));
}

/** CKA_EC_POINT is a DER octet string around the point; some tokens leave the wrapping out. */
function pointOf(attribute: Uint8Array): Uint8Array {
  if (attribute.length === POINT + 2 && attribute[0] === 0x04 && attribute[1] === POINT)
    return attribute.subarray(2);
  if (attribute.length === POINT && attribute[0] === 0x04) return attribute;
  throw new DeviceFault('malformed_reply', `EC point of ${attribute.length} bytes`);
}

/** The public key of CKA_EC_POINT. DeviceFault `malformed_reply` when it is not a point of P-256. */
export function publicKeyOf(attribute: Uint8Array): PublicKey {
  const point = pointOf(attribute);
  const coordinate = (from: number): string =>
    Buffer.from(point.subarray(from, from + HALF)).toString('base64url');
  try {
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(1 + HALF) };
    const der = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
    return { alg: 'ecdsa-p256-sha256', spki: der.toString('base64') };
  } catch (cause) {
    throw new DeviceFault('malformed_reply', 'EC point is not on P-256', undefined, cause);
  }
}
