// ECDH on P-256 for the PIN protocols (CTAP 2.1, 6.5.6, getPublicKey and encapsulate), and its COSE key.
import { createECDH, type ECDH } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { CborMap } from './cbor.ts';
import { bytesAt } from './fields.ts';
import type { PinProtocol } from './pin-protocol.ts';

/** COSE algorithm ECDH-ES+HKDF-256: what the specification wants written, though it is not what is done. */
const COSE_ECDH = -25;

/** A key pair whose private key comes from the given source, so that a recorded session can be replayed. */
export function ephemeral(random: Random): ECDH {
  const pair = createECDH('prime256v1');
  for (let tries = 0; ; tries++) {
    try {
      pair.setPrivateKey(random(32));
      return pair;
    } catch (cause) {
      // 0 and numbers from the group's order up are no private keys: once in 2^32
      if (tries >= 8)
        throw new DeviceFault('driver_failed', 'the random source gives no private key', undefined, cause);
    }
  }
}

/** The public half as a COSE key: five members, and no other (6.5.6). */
export function coseOf(pair: ECDH): CborMap {
  const point = pair.getPublicKey();
  return new Map<number, number | Uint8Array>([
    [1, 2],
    [3, COSE_ECDH],
    [-1, 1],
    [-2, new Uint8Array(point.subarray(1, 33))],
    [-3, new Uint8Array(point.subarray(33, 65))],
  ]);
}

/** The shared secret with a peer's COSE key. DeviceFault `malformed_reply` for a point that is not on P-256. */
export function agree(pair: ECDH, peer: CborMap, protocol: PinProtocol): Uint8Array {
  if (peer.get(1) !== 2 || peer.get(-1) !== 1)
    throw new DeviceFault('malformed_reply', 'key agreement key is not P-256');
  const point = Buffer.concat([Uint8Array.of(4), bytesAt(peer, -2, 32), bytesAt(peer, -3, 32)]);
  let z: Uint8Array;
  try {
    z = pair.computeSecret(point);
  } catch (cause) {
    throw new DeviceFault('malformed_reply', 'key agreement key is not a point of P-256', undefined, cause);
  }
  const shared = protocol.kdf(z);
  z.fill(0);
  return shared;
}
