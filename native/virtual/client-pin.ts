// authenticatorClientPIN on the virtual key's side (CTAP 2.1, 6.5.5): tries, blocks, key agreement, tokens.
import type { ECDH } from 'node:crypto';
import { agree, coseOf, ephemeral } from '../ctap2/key-agreement.ts';
import { pinHash } from '../ctap2/pin.ts';
import { protocolOne, protocolTwo, type PinProtocol } from '../ctap2/pin-protocol.ts';
import type { Cbor, CborMap } from '../ctap2/cbor.ts';
import { mapOf } from '../ctap2/ctap2.ts';
import type { Random } from '../ctaphid/channel.ts';
import { Failure, Say } from './failure.ts';
import { equal, type PinToken } from './pin-token.ts';
import { needBytes, needMap, needText, needUint } from './request.ts';
import { MOST_RETRIES, type Store } from './store.ts';

const MOST_MISMATCHES = 3;
const KNOWN_PERMISSIONS = 0x03; // mc and ga; the rest is of features that this key has not
const MOST_PIN_BYTES = 63;

/** What a profile of the virtual key says of PINs. */
export interface PinProfile {
  readonly protocols: readonly (1 | 2)[];
  readonly minPinLength: number;
  /** False makes it a CTAP 2.0 key: getPinToken only. */
  readonly permissions: boolean;
}

/** The state that a power cycle clears is here; the state that survives it is in the store. */
export class AuthenticatorPin {
  readonly #store: Store;
  readonly #token: PinToken;
  readonly #random: Random;
  readonly #profile: PinProfile;
  #pair: ECDH;
  #mismatches = 0;

  constructor(store: Store, token: PinToken, random: Random, profile: PinProfile) {
    this.#store = store;
    this.#token = token;
    this.#random = random;
    this.#profile = profile;
    this.#pair = ephemeral(random);
  }

  get isSet(): boolean {
    return this.#store.state.pinHash !== undefined;
  }

  /** What pulling the plug does. */
  powerCycle(): void {
    this.#mismatches = 0;
    this.#pair = ephemeral(this.#random);
    this.#token.end();
  }

  handle(request: CborMap): CborMap {
    switch (needUint(request, 2)) {
      case 0x01:
        return this.#retries();
      case 0x02:
        return this.#reply({ 1: (this.#protocol(request), coseOf(this.#pair)) });
      case 0x03:
        return this.#setPin(request);
      case 0x04:
        return this.#changePin(request);
      case 0x05:
        return this.#getToken(request, KNOWN_PERMISSIONS, undefined);
      case 0x09:
        return this.#getLimitedToken(request);
      default:
        throw new Failure(Say.INVALID_SUBCOMMAND);
    }
  }

  #reply(members: Record<number, Cbor>): CborMap {
    return mapOf(members);
  }

  #retries(): CborMap {
    const replug = this.#mismatches >= MOST_MISMATCHES;
    return this.#reply({ 3: this.#store.state.pinRetries, ...(replug ? { 4: true } : {}) });
  }

  #protocol(request: CborMap): PinProtocol {
    const version = needUint(request, 1);
    if (!this.#profile.protocols.some((known) => known === version)) throw new Failure(Say.INVALID_PARAMETER);
    return version === 1 ? protocolOne : protocolTwo;
  }

  #shared(request: CborMap, protocol: PinProtocol): Uint8Array {
    const peer = needMap(request, 3);
    if (peer.size !== 5 || peer.get(3) !== -25) throw new Failure(Say.INVALID_PARAMETER); // 6.5.6: no other member
    try {
      return agree(this.#pair, peer, protocol);
    } catch {
      throw new Failure(Say.INVALID_PARAMETER);
    }
  }

  #unsealed(protocol: PinProtocol, shared: Uint8Array, sealed: Uint8Array, length: number): Uint8Array {
    try {
      const plain = protocol.decrypt(shared, sealed);
      if (plain.length === length) return plain;
    } catch {
      throw new Failure(Say.PIN_AUTH_INVALID);
    }
    throw new Failure(Say.INVALID_PARAMETER);
  }

  #setPin(request: CborMap): CborMap {
    const protocol = this.#protocol(request);
    const param = needBytes(request, 4);
    const sealed = needBytes(request, 5);
    if (this.isSet) throw new Failure(Say.PIN_AUTH_INVALID);
    const shared = this.#shared(request, protocol);
    if (!equal(protocol.authenticate(shared, sealed), param)) throw new Failure(Say.PIN_AUTH_INVALID);
    this.#keep(protocol, shared, sealed);
    return this.#reply({});
  }

  #changePin(request: CborMap): CborMap {
    const protocol = this.#protocol(request);
    const param = needBytes(request, 4);
    const sealed = needBytes(request, 5);
    const sealedHash = needBytes(request, 6);
    this.#mayTry();
    const shared = this.#shared(request, protocol);
    const message = Buffer.concat([sealed, sealedHash]);
    if (!equal(protocol.authenticate(shared, message), param)) throw new Failure(Say.PIN_AUTH_INVALID);
    this.#verify(protocol, shared, sealedHash);
    this.#keep(protocol, shared, sealed);
    return this.#reply({});
  }

  #getLimitedToken(request: CborMap): CborMap {
    if (!this.#profile.permissions) throw new Failure(Say.INVALID_SUBCOMMAND);
    const permissions = needUint(request, 9);
    if (permissions === 0) throw new Failure(Say.INVALID_PARAMETER);
    if ((permissions & ~KNOWN_PERMISSIONS) !== 0) throw new Failure(Say.UNAUTHORIZED_PERMISSION);
    return this.#getToken(request, permissions, needText(request, 10));
  }

  #getToken(request: CborMap, permissions: number, rpId: string | undefined): CborMap {
    const protocol = this.#protocol(request);
    const sealedHash = needBytes(request, 6);
    this.#mayTry();
    const shared = this.#shared(request, protocol);
    this.#verify(protocol, shared, sealedHash);
    const token = this.#token.begin(protocol, permissions, rpId);
    return this.#reply({ 2: protocol.encrypt(shared, token, this.#random) });
  }

  /** 6.5.5.7.2: no PIN, no tries left, or blocked until power is taken away; then nothing is counted down. */
  #mayTry(): void {
    if (!this.isSet) throw new Failure(Say.PIN_NOT_SET);
    if (this.#store.state.pinRetries === 0) throw new Failure(Say.PIN_BLOCKED);
    if (this.#mismatches >= MOST_MISMATCHES) throw new Failure(Say.PIN_AUTH_BLOCKED);
  }

  /** Counts down, on disk, before it compares: cutting the power between the two gains nothing. */
  #verify(protocol: PinProtocol, shared: Uint8Array, sealedHash: Uint8Array): void {
    const known = Buffer.from(this.#store.state.pinHash ?? '', 'base64');
    this.#store.update({ pinRetries: this.#store.state.pinRetries - 1 });
    const hash = this.#unsealed(protocol, shared, sealedHash, 16);
    if (equal(hash, known)) {
      this.#mismatches = 0;
      this.#store.update({ pinRetries: MOST_RETRIES });
      return;
    }
    this.#mismatches++;
    this.#pair = ephemeral(this.#random);
    if (this.#store.state.pinRetries === 0) throw new Failure(Say.PIN_BLOCKED);
    throw new Failure(this.#mismatches >= MOST_MISMATCHES ? Say.PIN_AUTH_BLOCKED : Say.PIN_INVALID);
  }

  #keep(protocol: PinProtocol, shared: Uint8Array, sealed: Uint8Array): void {
    const padded = this.#unsealed(protocol, shared, sealed, 64);
    const end = padded.indexOf(0);
    const pin = padded.subarray(0, end < 0 ? padded.length : end);
    const points = Array.from(Buffer.from(pin).toString('utf8')).length;
    const good = pin.length <= MOST_PIN_BYTES && points >= this.#profile.minPinLength;
    const hash = pinHash(pin);
    padded.fill(0);
    if (!good) throw new Failure(Say.PIN_POLICY_VIOLATION);
    this.#token.end();
    this.#store.update({ pinHash: Buffer.from(hash).toString('base64'), pinRetries: MOST_RETRIES });
  }
}
