// Sessions and logins. A login belongs to the whole process and token (PKCS#11 2.40, 5.6), so one place keeps it.
import type { Token } from '../../contract/driver/pkcs11.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallContext } from '../host/context.ts';
import { Turns } from '../host/turns.ts';
import { checkOperation } from '../ctaphid/deadline.ts';
import { CKF, CKU, type Cryptoki, type Handle } from './cryptoki.ts';
import { cryptokiFault, losesSessions, returnValue, Rv } from './errors.ts';
import type { Session } from './objects.ts';
import { tokenOf } from './tokens.ts';
import type { KeyName } from './uri.ts';

const MODULE = 'the module';

/** A session in which the user is logged in, and the means to log in again for one signature. */
export interface LoggedIn extends Session {
  readonly slot: Handle;
  /** C_Login for CKU_CONTEXT_SPECIFIC, straight after C_SignInit (CKA_ALWAYS_AUTHENTICATE). */
  relogin(pin: Uint8Array): void;
  /** The PIN: the one that was just given, or asked for now. Zeroed when the job is over. */
  pin(): Promise<Uint8Array>;
}

/** DeviceFault for a token whose PIN cannot be entered here. */
function checkPinState(token: Token): void {
  if (token.pinLocked) throw new DeviceFault('pin_blocked', `token ${token.serial}`);
  if (!token.userPinInitialized) throw new DeviceFault('pin_not_set', `token ${token.serial}`);
  // pkcs11js cannot pass the NULL PIN that tells a reader to ask on its own keypad
  if (token.protectedAuthPath)
    throw new DeviceFault('device_unsuitable', 'a reader with a PIN pad of its own');
}

function ask(context: CallContext, token: Token): Promise<Uint8Array> {
  checkPinState(token);
  return context.askPin({
    purpose: 'current',
    minLength: 1,
    countLow: token.pinCountLow,
    finalTry: token.pinFinalTry,
  });
}

/**
 * All use of a module goes through here, one job after another: PKCS#11 leaves two calls on one session undefined,
 * and since no two logins overlap, none can log another out.
 */
export class Logins {
  readonly #cryptoki: Cryptoki;
  readonly #keep: boolean;
  readonly #turns = new Turns();
  // a session that stays open for each kept login: the login lasts as long as it does
  readonly #kept = new Map<string, Handle>();

  constructor(cryptoki: Cryptoki, keep: boolean) {
    this.#cryptoki = cryptoki;
    this.#keep = keep;
  }

  /** A job without a session. */
  bare<T>(context: CallContext, job: (cryptoki: Cryptoki) => T): Promise<T> {
    return this.#turns.take(MODULE, context.operation, async () => job(this.#cryptoki));
  }

  /** A job that reads what is public, or all where a login is kept. */
  reading<T>(context: CallContext, serial: string, job: (session: Session, token: Token) => T): Promise<T> {
    return this.#turns.take(MODULE, context.operation, async () => {
      const { slot, token } = tokenOf(this.#cryptoki, serial);
      const handle = this.#open(slot);
      try {
        return job({ cryptoki: this.#cryptoki, handle }, token);
      } catch (cause) {
        this.#noteLoss(serial, cause);
        throw cause;
      } finally {
        this.#shut(handle);
      }
    });
  }

  /**
   * A job under a login. The PIN is asked for before the module is taken, after the token's PIN flags were read;
   * not at all where a login is kept. Nothing is tried twice: a fault ends the call.
   */
  async loggedIn<T>(
    context: CallContext,
    serial: string,
    name: KeyName,
    job: (session: LoggedIn) => Promise<T>,
  ): Promise<T> {
    const { token, kept } = await this.bare(context, (cryptoki) => ({
      token: tokenOf(cryptoki, serial, name).token,
      kept: this.#kept.has(serial),
    }));
    let pin = kept ? undefined : await ask(context, token);
    const again = async (): Promise<Uint8Array> => (pin ??= await ask(context, token));
    try {
      return await this.#turns.take(MODULE, context.operation, () =>
        this.#under(context, serial, name, again, job),
      );
    } finally {
      pin?.fill(0);
    }
  }

  /** Ends every session; a module that fails at that is left to the end of the process. */
  close(): void {
    for (const handle of this.#kept.values()) this.#shut(handle);
    this.#kept.clear();
    try {
      this.#cryptoki.C_Finalize();
    } catch (cause) {
      if (returnValue(cause) === undefined) throw cause;
    }
  }

  async #under<T>(
    context: CallContext,
    serial: string,
    name: KeyName,
    pin: () => Promise<Uint8Array>,
    job: (session: LoggedIn) => Promise<T>,
  ): Promise<T> {
    const { slot } = tokenOf(this.#cryptoki, serial, name);
    const handle = this.#open(slot);
    try {
      if (!this.#kept.has(serial)) {
        const given = await pin();
        checkOperation(context.operation, 'before the login');
        this.#login(handle, CKU.USER, given);
        if (this.#keep) this.#kept.set(serial, this.#open(slot));
      }
      const relogin = (given: Uint8Array): void => this.#login(handle, CKU.CONTEXT_SPECIFIC, given);
      return await job({ cryptoki: this.#cryptoki, handle, slot, relogin, pin });
    } catch (cause) {
      this.#noteLoss(serial, cause);
      throw cause;
    } finally {
      if (!this.#kept.has(serial)) this.#logout(handle);
      this.#shut(handle);
    }
  }

  #open(slot: Handle): Handle {
    try {
      return this.#cryptoki.C_OpenSession(slot, CKF.SERIAL_SESSION | CKF.RW_SESSION);
    } catch (cause) {
      throw cryptokiFault(cause, 'C_OpenSession');
    }
  }

  #login(handle: Handle, user: number, pin: Uint8Array): void {
    try {
      this.#cryptoki.C_Login(
        handle,
        user,
        Buffer.from(pin.buffer, pin.byteOffset, pin.length).toString('utf8'),
      );
    } catch (cause) {
      // only ever CKU_USER logs in here, so "already" means the same user
      if (user === CKU.USER && returnValue(cause) === Rv.USER_ALREADY_LOGGED_IN) return;
      throw cryptokiFault(cause, 'C_Login');
    }
  }

  #logout(handle: Handle): void {
    try {
      this.#cryptoki.C_Logout(handle);
    } catch (cause) {
      if (returnValue(cause) === undefined) throw cryptokiFault(cause, 'C_Logout');
    }
  }

  /** Closes a session; one that is gone already is closed. */
  #shut(handle: Handle): void {
    try {
      this.#cryptoki.C_CloseSession(handle);
    } catch (cause) {
      if (returnValue(cause) === undefined) throw cryptokiFault(cause, 'C_CloseSession');
    }
  }

  /** After a fault that breaks sessions the kept login is dropped: the next call logs in afresh, this one just fails. */
  #noteLoss(serial: string, cause: unknown): void {
    const loggedOut = cause instanceof DeviceFault && cause.status === Rv.USER_NOT_LOGGED_IN;
    const anchor = this.#kept.get(serial);
    if (!anchor || !(loggedOut || losesSessions(cause))) return;
    this.#kept.delete(serial);
    this.#shut(anchor);
  }
}
