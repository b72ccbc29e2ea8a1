// A security key in use: opened for one job, asked what it is, its PIN had from the person, the job done, closed.
import { DeviceFault } from '../../core/fault/fault.ts';
import { Channel, type Random } from '../ctaphid/channel.ts';
import type { HidConnection, HidDevice } from '../ctaphid/connection.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import { Command } from '../ctaphid/frame.ts';
import { ClientPin, Permission, type Token } from './client-pin.ts';
import { Ctap2, Ctap2Command } from './ctap2.ts';
import { getAssertion, knows, type Assertion, type AssertionWanted } from './get-assertion.ts';
import { getInfo, type AuthenticatorInfo } from './info.ts';
import { makeCredential, probe, type MadeCredential, type NewCredential } from './make-credential.ts';
import { normalizedPin } from './pin.ts';
import { Status } from './status.ts';

/** What a person is told when a PIN is asked for. */
export interface PinQuestion {
  readonly purpose: 'current' | 'new';
  readonly minLength: number;
  readonly retries?: number;
  readonly finalTry?: boolean;
}

/** Asks the person for a PIN; the answer's bytes are zeroed by whoever asked. */
export type AskPin = (question: PinQuestion) => Promise<Uint8Array>;

/** getInfo with the PIN state that goes with it. */
export interface Summary extends AuthenticatorInfo {
  readonly pinRetries: number | undefined;
  readonly replugFirst: boolean;
  readonly uvRetries: number | undefined;
  readonly canWink: boolean;
}

async function opened(device: HidDevice): Promise<HidConnection> {
  try {
    return await device.open();
  } catch (cause) {
    if (cause instanceof DeviceFault) throw cause;
    throw new DeviceFault('device_gone', `${device.path} cannot be opened`, undefined, cause);
  }
}

/** One device, opened. Every method may throw the DeviceFaults of `Channel` and `Ctap2`. */
export class SecurityKey {
  readonly #channel: Channel;
  readonly #ctap: Ctap2;
  readonly #pin: ClientPin;
  readonly info: AuthenticatorInfo;

  private constructor(channel: Channel, ctap: Ctap2, info: AuthenticatorInfo, random: Random) {
    this.#channel = channel;
    this.#ctap = ctap;
    this.info = info;
    this.#pin = new ClientPin(ctap, info, random);
  }

  /** Opens the device, runs the job, closes it whatever happens. `device_unsuitable` for a key without CTAP2. */
  static async use<T>(
    device: HidDevice,
    random: Random,
    operation: Operation,
    job: (key: SecurityKey) => Promise<T>,
  ): Promise<T> {
    const connection = await opened(device);
    const channel = await Channel.open(connection, { random, reportSize: device.reportSize }, operation);
    try {
      if (!channel.capabilities.cbor)
        throw new DeviceFault('device_unsuitable', 'the key speaks U2F only, not FIDO2');
      const ctap = new Ctap2(channel);
      return await job(new SecurityKey(channel, ctap, await getInfo(ctap, operation), random));
    } finally {
      await channel.close();
    }
  }

  async summary(operation: Operation): Promise<Summary> {
    const { options } = this.info;
    const pin = options['clientPin'] === true ? await this.#pin.retries(operation) : undefined;
    const uvRetries = options['uv'] === true ? await this.#pin.uvRetries(operation) : undefined;
    return {
      ...this.info,
      pinRetries: pin?.retries,
      replugFirst: pin?.replugFirst ?? false,
      uvRetries,
      canWink: this.#channel.capabilities.wink,
    };
  }

  async makeCredential(wanted: NewCredential, askPin: AskPin, operation: Operation): Promise<MadeCredential> {
    const token = await this.#token(Permission.MAKE_CREDENTIAL, wanted.rpId, askPin, operation);
    try {
      return await makeCredential(this.#ctap, wanted, token, operation);
    } finally {
      token.drop();
    }
  }

  async getAssertion(wanted: AssertionWanted, askPin: AskPin, operation: Operation): Promise<Assertion> {
    const token = await this.#token(Permission.GET_ASSERTION, wanted.rpId, askPin, operation);
    try {
      return await getAssertion(this.#ctap, this.info, wanted, token, operation);
    } finally {
      token.drop();
    }
  }

  /** Whether it answers for this credential, asked without troubling anybody. */
  knows(rpId: string, id: Uint8Array, operation: Operation): Promise<boolean> {
    return knows(this.#ctap, rpId, id, operation);
  }

  /** Sets the first PIN. `device_unsuitable` when there is one. */
  async setPin(askPin: AskPin, operation: Operation): Promise<void> {
    const set = this.info.options['clientPin'];
    if (set !== false)
      throw new DeviceFault('device_unsuitable', set ? 'a PIN is set already' : 'the key takes no PIN');
    const pin = await this.#ask(askPin, { purpose: 'new', minLength: this.info.minPINLength });
    try {
      await this.#pin.setPin(pin, operation);
    } finally {
      pin.fill(0);
    }
  }

  /** Changes the PIN; a wrong current one costs a try. */
  async changePin(askPin: AskPin, operation: Operation): Promise<void> {
    const retries = await this.#tries(operation);
    const current = await this.#ask(askPin, this.#question(retries));
    try {
      const next = await this.#ask(askPin, { purpose: 'new', minLength: this.info.minPINLength });
      try {
        await this.#withTries(operation, () => this.#pin.changePin(current, next, operation));
      } finally {
        next.fill(0);
      }
    } finally {
      current.fill(0);
    }
  }

  /** Blinks. `device_unsuitable` when it cannot. */
  async wink(operation: Operation): Promise<void> {
    if (!this.#channel.capabilities.wink) throw new DeviceFault('device_unsuitable', 'the key cannot wink');
    await this.#channel.call(Command.WINK, new Uint8Array(0), operation);
  }

  /** Waits for a touch that says "this one" (6.9; a CTAP 2.0 key by the probe of 6.1.2). */
  async select(operation: Operation): Promise<void> {
    if (this.info.versions.some((version) => /^FIDO_2_[1-9]$/.test(version))) {
      await this.#ctap.send(Ctap2Command.SELECTION, undefined, operation);
      return;
    }
    const version = this.info.pinUvAuthProtocols[0] ?? 1;
    try {
      await this.#ctap.send(Ctap2Command.MAKE_CREDENTIAL, probe(new Uint8Array(32), version), operation);
    } catch (cause) {
      // touched: the key then says whether it has a PIN
      const touched =
        cause instanceof DeviceFault && (cause.code === 'pin_invalid' || cause.code === 'pin_not_set');
      if (!touched && !(cause instanceof DeviceFault && cause.status === Status.PIN_AUTH_INVALID))
        throw cause;
    }
  }

  /** The device's own verification where it has one, else the PIN; each call is one try at most. */
  async #token(permission: number, rpId: string, askPin: AskPin, operation: Operation): Promise<Token> {
    const { options, forcePINChange } = this.info;
    if (options['uv'] === true && options['pinUvAuthToken'] === true) {
      try {
        return await this.#pin.tokenByUv(permission, rpId, operation);
      } catch (cause) {
        const pinLeft =
          cause instanceof DeviceFault && cause.status === Status.UV_BLOCKED && options['clientPin'] === true;
        if (!pinLeft) throw await this.#uvFault(cause, operation);
      }
    }
    if (options['clientPin'] === undefined)
      throw new DeviceFault('device_unsuitable', 'the key takes no PIN');
    if (!options['clientPin']) throw new DeviceFault('pin_not_set');
    if (forcePINChange) throw new DeviceFault('pin_change_required');
    const retries = await this.#tries(operation);
    const pin = await this.#ask(askPin, this.#question(retries));
    try {
      return await this.#withTries(operation, () => this.#pin.tokenByPin(pin, permission, rpId, operation));
    } finally {
      pin.fill(0);
    }
  }

  #question(retries: number): PinQuestion {
    return { purpose: 'current', minLength: this.info.minPINLength, retries, finalTry: retries === 1 };
  }

  async #ask(askPin: AskPin, question: PinQuestion): Promise<Uint8Array> {
    const given = await askPin(question);
    try {
      return normalizedPin(given, question.minLength);
    } finally {
      given.fill(0);
    }
  }

  /** Tries left, before a PIN is asked for. `pin_blocked` or `pin_auth_blocked` when none would be looked at. */
  async #tries(operation: Operation): Promise<number> {
    const { retries, replugFirst } = await this.#pin.retries(operation);
    if (retries === 0) throw new DeviceFault('pin_blocked', 'no tries left');
    if (replugFirst)
      throw new DeviceFault('pin_auth_blocked', `${retries} tries left after plugging it in again`);
    return retries;
  }

  /** After a wrong PIN the fault says how many tries are left. Nothing is tried again. */
  async #withTries<T>(operation: Operation, use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (cause) {
      if (!(cause instanceof DeviceFault) || cause.status !== Status.PIN_INVALID) throw cause;
      const { retries } = await this.#pin.retries(operation);
      throw new DeviceFault('pin_invalid', `${retries} tries left`, cause.status, cause);
    }
  }

  async #uvFault(cause: unknown, operation: Operation): Promise<unknown> {
    if (!(cause instanceof DeviceFault) || cause.code !== 'uv_invalid') return cause;
    const left = await this.#pin.uvRetries(operation);
    return new DeviceFault('uv_invalid', left === undefined ? '' : `${left} tries left`, cause.status, cause);
  }
}
