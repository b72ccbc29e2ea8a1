// The virtual key's pinUvAuthToken (CTAP 2.1, 6.5.2.1): its timers, its permissions, one rpId.
import { timingSafeEqual } from 'node:crypto';
import type { PinProtocol } from '../ctap2/pin-protocol.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { Monotonic } from '../ctaphid/deadline.ts';
import { Failure, Say } from './failure.ts';

const FIRST_USE_MS = 30_000;
const LIFE_MS = 600_000;

interface InUse {
  readonly bytes: Uint8Array;
  readonly protocol: PinProtocol;
  readonly since: number;
  used: boolean;
  permissions: number;
  rpId: string | undefined;
}

/** Compares in constant time; different lengths are different. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Holds at most one token. */
export class PinToken {
  readonly #clock: Monotonic;
  readonly #random: Random;
  #inUse: InUse | undefined;

  constructor(clock: Monotonic, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new token; the old one is void. */
  begin(protocol: PinProtocol, permissions: number, rpId: string | undefined): Uint8Array {
    const bytes = this.#random(32);
    this.#inUse = { bytes, protocol, since: this.#clock(), used: false, permissions, rpId };
    return bytes;
  }

  /** Checks a pinUvAuthParam for a permission and an rpId. Failure PIN_AUTH_INVALID, INVALID_PARAMETER. */
  check(protocol: number, param: Uint8Array, message: Uint8Array, permission: number, rpId: string): void {
    const token = this.#live();
    if (!token || protocol !== token.protocol.version) throw new Failure(Say.PIN_AUTH_INVALID);
    if (!equal(token.protocol.authenticate(token.bytes, message), param))
      throw new Failure(Say.PIN_AUTH_INVALID);
    if ((token.permissions & permission) === 0) throw new Failure(Say.PIN_AUTH_INVALID);
    if (token.rpId !== undefined && token.rpId !== rpId) throw new Failure(Say.PIN_AUTH_INVALID);
    token.rpId = rpId; // a token without one is bound to the first it is used for (6.1.2, step 11)
    token.used = true;
  }

  /** After an operation that took a touch no permission is left (6.1.2, 6.2.2). */
  spend(): void {
    if (this.#inUse) this.#inUse.permissions = 0;
  }

  end(): void {
    this.#inUse?.bytes.fill(0);
    this.#inUse = undefined;
  }

  #live(): InUse | undefined {
    const token = this.#inUse;
    if (!token) return undefined;
    const age = this.#clock() - token.since;
    if (age <= LIFE_MS && (token.used || age <= FIRST_USE_MS)) return token;
    this.end();
    return undefined;
  }
}
