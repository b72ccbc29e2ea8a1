// authenticatorClientPIN (CTAP 2.1, 6.5): tries left, setting and changing the PIN, and tokens with few permissions.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import type { CborMap } from './cbor.ts';
import { Ctap2Command, type Ctap2, type Parameters } from './ctap2.ts';
import { booleanAt, bytesAt, mapAt, uintAt } from './fields.ts';
import type { AuthenticatorInfo } from './info.ts';
import { agree, coseOf, ephemeral } from './key-agreement.ts';
import { paddedPin, pinHash } from './pin.ts';
import { firstProtocol, type PinProtocol } from './pin-protocol.ts';

/** Permissions of a pinUvAuthToken (6.5.5.7). */
export const Permission = { MAKE_CREDENTIAL: 0x01, GET_ASSERTION: 0x02 } as const;

const Sub = {
  GET_PIN_RETRIES: 0x01,
  GET_KEY_AGREEMENT: 0x02,
  SET_PIN: 0x03,
  CHANGE_PIN: 0x04,
  GET_PIN_TOKEN: 0x05,
  TOKEN_USING_UV: 0x06,
  GET_UV_RETRIES: 0x07,
  TOKEN_USING_PIN: 0x09,
} as const;

/** Tries left; `replugFirst` when three wrong ones in a row block it until power is taken away. */
export interface PinRetries {
  readonly retries: number;
  readonly replugFirst: boolean;
}

/** A token for one use, to be dropped after it. */
export interface Token {
  readonly protocol: PinProtocol;
  /** pinUvAuthParam over a message. */
  authenticate(message: Uint8Array): Uint8Array;
  /** Zeroes the token. */
  drop(): void;
}

interface Secret {
  readonly platformKey: CborMap;
  readonly shared: Uint8Array;
}

/** The PIN side of one device. Every use fetches a fresh key agreement: the device changes its key after an error. */
export class ClientPin {
  readonly #ctap: Ctap2;
  readonly #info: AuthenticatorInfo;
  readonly #random: Random;

  constructor(ctap: Ctap2, info: AuthenticatorInfo, random: Random) {
    this.#ctap = ctap;
    this.#info = info;
    this.#random = random;
  }

  get #protocol(): PinProtocol {
    return firstProtocol(this.#info.pinUvAuthProtocols);
  }

  /** getPINRetries: costs nothing, so it is asked before every PIN. */
  async retries(operation: Operation): Promise<PinRetries> {
    const reply = await this.#send(Sub.GET_PIN_RETRIES, {}, operation);
    const retries = uintAt(reply, 0x03, undefined);
    if (retries === undefined) throw new DeviceFault('malformed_reply', 'no PIN retries');
    return { retries, replugFirst: booleanAt(reply, 0x04, false) };
  }

  /** getUVRetries. */
  async uvRetries(operation: Operation): Promise<number | undefined> {
    return uintAt(await this.#send(Sub.GET_UV_RETRIES, {}, operation), 0x05, undefined);
  }

  /** setPIN. The caller owns and zeroes the PIN. */
  async setPin(pin: Uint8Array, operation: Operation): Promise<void> {
    const protocol = this.#protocol;
    const { platformKey, shared } = await this.#agree(protocol, operation);
    const padded = paddedPin(pin);
    try {
      const sealed = protocol.encrypt(shared, padded, this.#random);
      const param = protocol.authenticate(shared, sealed);
      await this.#send(Sub.SET_PIN, { 3: platformKey, 4: param, 5: sealed }, operation);
    } finally {
      padded.fill(0);
      shared.fill(0);
    }
  }

  /** changePIN. The caller owns and zeroes both. */
  async changePin(current: Uint8Array, next: Uint8Array, operation: Operation): Promise<void> {
    const protocol = this.#protocol;
    const { platformKey, shared } = await this.#agree(protocol, operation);
    const padded = paddedPin(next);
    const hash = pinHash(current);
    try {
      const sealed = protocol.encrypt(shared, padded, this.#random);
      const sealedHash = protocol.encrypt(shared, hash, this.#random);
      const param = protocol.authenticate(shared, Buffer.concat([sealed, sealedHash]));
      await this.#send(Sub.CHANGE_PIN, { 3: platformKey, 4: param, 5: sealed, 6: sealedHash }, operation);
    } finally {
      padded.fill(0);
      hash.fill(0);
      shared.fill(0);
    }
  }

  /**
   * A token for the PIN: with one permission and one rpId where the device knows permissions (6.5.5.7.2), else the
   * older getPinToken (6.5.5.7.1). The caller owns and zeroes the PIN.
   */
  async tokenByPin(pin: Uint8Array, permission: number, rpId: string, operation: Operation): Promise<Token> {
    const hash = pinHash(pin);
    try {
      return await this.#token(operation, (protocol, { platformKey, shared }) => {
        const sealed = protocol.encrypt(shared, hash, this.#random);
        const limited = this.#info.options['pinUvAuthToken'] === true;
        return limited
          ? [Sub.TOKEN_USING_PIN, { 3: platformKey, 6: sealed, 9: permission, 10: rpId }]
          : [Sub.GET_PIN_TOKEN, { 3: platformKey, 6: sealed }];
      });
    } finally {
      hash.fill(0);
    }
  }

  /** A token by the device's own verification, a fingerprint reader for one (6.5.5.7.3). */
  tokenByUv(permission: number, rpId: string, operation: Operation): Promise<Token> {
    return this.#token(operation, (_protocol, { platformKey }) => [
      Sub.TOKEN_USING_UV,
      { 3: platformKey, 9: permission, 10: rpId },
    ]);
  }

  async #token(
    operation: Operation,
    request: (protocol: PinProtocol, secret: Secret) => [sub: number, parameters: Parameters],
  ): Promise<Token> {
    const protocol = this.#protocol;
    const secret = await this.#agree(protocol, operation);
    try {
      const reply = await this.#send(...request(protocol, secret), operation);
      const token = protocol.decrypt(secret.shared, bytesAt(reply, 0x02));
      const long = token.length === 32 || (protocol.version === 1 && token.length === 16);
      if (!long) throw new DeviceFault('malformed_reply', `token of ${token.length} bytes`);
      return {
        protocol,
        authenticate: (message) => protocol.authenticate(token, message),
        drop: () => void token.fill(0),
      };
    } finally {
      secret.shared.fill(0);
    }
  }

  async #agree(protocol: PinProtocol, operation: Operation): Promise<Secret> {
    const reply = await this.#send(Sub.GET_KEY_AGREEMENT, {}, operation);
    const pair = ephemeral(this.#random);
    return { platformKey: coseOf(pair), shared: agree(pair, mapAt(reply, 0x01), protocol) };
  }

  #send(sub: number, parameters: Parameters, operation: Operation): Promise<CborMap> {
    const all = { 1: this.#protocol.version, 2: sub, ...parameters };
    return this.#ctap.send(Ctap2Command.CLIENT_PIN, all, operation);
  }
}
