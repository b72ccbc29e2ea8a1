// The virtual key's CTAP2 commands (CTAP 2.1, 6), without any transport.
import { encodeCanonical, type Cbor, type CborMap } from '../ctap2/cbor.ts';
import { Ctap2Command, mapOf } from '../ctap2/ctap2.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { Monotonic } from '../ctaphid/deadline.ts';
import { AuthenticatorPin, type PinProfile } from './client-pin.ts';
import { AAGUID, Credentials } from './credentials.ts';
import { Failure, Say } from './failure.ts';
import { PinToken } from './pin-token.ts';
import { idsAt, needBytes, needMap, needText, needUint, optionAt, parametersOf } from './request.ts';
import type { Store } from './store.ts';
import type { Touch } from './touch.ts';

/** What kind of key it plays. */
export interface Profile extends PinProfile {
  readonly versions: readonly string[];
  readonly maxMsgSize: number;
  readonly maxCredentialCountInList: number;
  readonly forcePinChange: boolean;
}

/** A current key: CTAP 2.1, both PIN protocols, the second one first. */
export const CURRENT: Profile = {
  versions: ['FIDO_2_0', 'FIDO_2_1'],
  protocols: [2, 1],
  minPinLength: 4,
  permissions: true,
  maxMsgSize: 1200,
  maxCredentialCountInList: 8,
  forcePinChange: false,
};

/** Waits for the person; the transport sends keepalives meanwhile. */
export type WaitForTouch = () => Promise<Touch>;

const MAKE_CREDENTIAL = 0x01;
const GET_ASSERTION = 0x02;

export class Authenticator {
  readonly #profile: Profile;
  readonly #token: PinToken;
  readonly #pin: AuthenticatorPin;
  readonly #credentials: Credentials;

  constructor(store: Store, profile: Profile, random: Random, clock: Monotonic) {
    this.#profile = profile;
    this.#token = new PinToken(clock, random);
    this.#pin = new AuthenticatorPin(store, this.#token, random, profile);
    this.#credentials = new Credentials(store, random);
  }

  powerCycle(): void {
    this.#pin.powerCycle();
  }

  /** One request: a command byte and its CBOR. The answer is a status byte, then CBOR. */
  async handle(request: Uint8Array, touch: WaitForTouch): Promise<Uint8Array> {
    try {
      if (request.length > this.#profile.maxMsgSize) throw new Failure(Say.REQUEST_TOO_LARGE);
      const reply = await this.#run(request[0], parametersOf(request.subarray(1)), touch);
      const body = reply.size > 0 ? encodeCanonical(reply) : new Uint8Array(0);
      return new Uint8Array(Buffer.concat([Uint8Array.of(0), body]));
    } catch (cause) {
      return Uint8Array.of(cause instanceof Failure ? cause.status : Say.OTHER);
    }
  }

  async #run(command: number | undefined, request: CborMap, touch: WaitForTouch): Promise<CborMap> {
    switch (command) {
      case Ctap2Command.GET_INFO:
        return this.#info();
      case Ctap2Command.CLIENT_PIN:
        return this.#pin.handle(request);
      case Ctap2Command.MAKE_CREDENTIAL:
        return this.#makeCredential(request, touch);
      case Ctap2Command.GET_ASSERTION:
        return this.#getAssertion(request, touch);
      case Ctap2Command.SELECTION:
        if (!this.#profile.permissions) throw new Failure(Say.INVALID_COMMAND);
        await this.#present(touch);
        return mapOf({});
      case Ctap2Command.GET_NEXT_ASSERTION:
        throw new Failure(Say.NOT_ALLOWED); // with an allow list one credential answers (6.2.2, step 11)
      default:
        throw new Failure(Say.INVALID_COMMAND);
    }
  }

  #info(): CborMap {
    const { versions, maxMsgSize, protocols, maxCredentialCountInList, forcePinChange, minPinLength } =
      this.#profile;
    const options: [string, boolean][] = [
      ['up', true],
      ['plat', false],
      ['clientPin', this.#pin.isSet],
    ];
    if (this.#profile.permissions) options.push(['pinUvAuthToken', true]);
    const es256 = new Map<string, Cbor>([
      ['alg', -7],
      ['type', 'public-key'],
    ]);
    return mapOf({
      1: versions,
      3: new Uint8Array(AAGUID),
      4: new Map<string, Cbor>(options),
      5: maxMsgSize,
      6: protocols,
      7: maxCredentialCountInList,
      8: 32,
      9: ['usb'],
      10: [es256],
      12: forcePinChange ? true : undefined,
      13: minPinLength,
      14: 1,
    });
  }

  async #makeCredential(request: CborMap, touch: WaitForTouch): Promise<CborMap> {
    const clientDataHash = needBytes(request, 1, 32);
    const rpId = needText(needMap(request, 2), 'id');
    const user = needMap(request, 3);
    await this.#probed(request, 8, touch);
    this.#needEs256(request);
    if (optionAt(request, 7, 'rk', false) || optionAt(request, 7, 'uv', false))
      throw new Failure(Say.UNSUPPORTED_OPTION);
    if (!optionAt(request, 7, 'up', true)) throw new Failure(Say.INVALID_OPTION);
    const uv = this.#verified(request, 8, 9, clientDataHash, MAKE_CREDENTIAL, rpId);
    if (!uv && this.#pin.isSet) throw new Failure(Say.PUAT_REQUIRED);
    const excluded = this.#credentials.find(rpId, idsAt(request, 5) ?? []);
    await this.#present(touch);
    if (excluded) throw new Failure(Say.CREDENTIAL_EXCLUDED);
    this.#token.spend();
    const name = user.has('name') ? needText(user, 'name') : '';
    const owner = { id: needBytes(user, 'id'), name };
    const { authData, signature } = this.#credentials.make(rpId, owner, uv, clientDataHash);
    const statement = new Map<string, Cbor>([
      ['alg', -7],
      ['sig', new Uint8Array(signature)],
    ]);
    return mapOf({ 1: 'packed', 2: new Uint8Array(authData), 3: statement });
  }

  async #getAssertion(request: CborMap, touch: WaitForTouch): Promise<CborMap> {
    const rpId = needText(request, 1);
    const clientDataHash = needBytes(request, 2, 32);
    await this.#probed(request, 6, touch);
    if (optionAt(request, 5, 'rk', false) || optionAt(request, 5, 'uv', false))
      throw new Failure(Say.UNSUPPORTED_OPTION);
    const up = optionAt(request, 5, 'up', true);
    const uv = this.#verified(request, 6, 7, clientDataHash, GET_ASSERTION, rpId);
    const allowed = idsAt(request, 3) ?? []; // nothing here is discoverable, so no list finds nothing
    const credential = this.#credentials.find(rpId, allowed);
    if (!credential || allowed.length > this.#profile.maxCredentialCountInList)
      throw new Failure(Say.NO_CREDENTIALS);
    if (up) {
      await this.#present(touch);
      this.#token.spend();
    }
    const { id, authData, signature } = this.#credentials.answer(credential, up, uv, clientDataHash);
    const answering = new Map<string, Cbor>([
      ['id', id],
      ['type', 'public-key'],
    ]);
    return mapOf({ 1: answering, 2: new Uint8Array(authData), 3: new Uint8Array(signature) });
  }

  /** A zero-length pinUvAuthParam asks for a touch only, so that a person can choose a key (6.1.2, step 1). */
  async #probed(request: CborMap, key: number, touch: WaitForTouch): Promise<void> {
    const param = request.get(key);
    if (!(param instanceof Uint8Array) || param.length > 0) return;
    await this.#present(touch);
    throw new Failure(this.#pin.isSet ? Say.PIN_INVALID : Say.PIN_NOT_SET);
  }

  /** True when a good pinUvAuthParam is there; false when none is. */
  #verified(
    request: CborMap,
    paramKey: number,
    protocolKey: number,
    message: Uint8Array,
    permission: number,
    rpId: string,
  ): boolean {
    if (!request.has(paramKey)) return false;
    const protocol = needUint(request, protocolKey);
    if (!this.#profile.protocols.some((known) => known === protocol))
      throw new Failure(Say.INVALID_PARAMETER);
    this.#token.check(protocol, needBytes(request, paramKey), message, permission, rpId);
    return true;
  }

  #needEs256(request: CborMap): void {
    const list = request.get(4);
    if (!Array.isArray(list)) throw new Failure(Say.MISSING_PARAMETER);
    const entries = list as readonly Cbor[];
    if (!entries.some((entry) => entry instanceof Map && entry.get('alg') === -7)) {
      throw new Failure(Say.UNSUPPORTED_ALGORITHM);
    }
  }

  async #present(touch: WaitForTouch): Promise<void> {
    const outcome = await touch();
    if (outcome === 'deny') throw new Failure(Say.OPERATION_DENIED);
    if (outcome !== 'touch') throw new Failure(Say.USER_ACTION_TIMEOUT);
  }
}
