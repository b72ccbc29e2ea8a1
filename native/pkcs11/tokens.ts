// Tokens in slots: what each says of itself, found by serial number and never by slot.
import type { Token } from '../../contract/driver/pkcs11.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import { CKF, type Cryptoki, type Handle } from './cryptoki.ts';
import { cryptokiFault, returnValue, Rv } from './errors.ts';
import type { KeyName } from './uri.ts';

/** A token and the slot that it sits in now. */
export interface Slotted {
  readonly slot: Handle;
  readonly token: Token;
}

// CK_TOKEN_INFO pads its texts with blanks; some modules with zeros.
function trimmed(text: string): string {
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).trimEnd();
}

function read(cryptoki: Cryptoki, slot: Handle): Slotted | undefined {
  try {
    const info = cryptoki.C_GetTokenInfo(slot);
    const has = (flag: number): boolean => (info.flags & flag) !== 0;
    if (!has(CKF.TOKEN_INITIALIZED)) return undefined;
    const { major, minor } = info.firmwareVersion;
    const token = {
      label: trimmed(info.label),
      serial: trimmed(info.serialNumber),
      manufacturer: trimmed(info.manufacturerID),
      model: trimmed(info.model),
      firmware: `${major}.${minor}`,
      loginRequired: has(CKF.LOGIN_REQUIRED),
      userPinInitialized: has(CKF.USER_PIN_INITIALIZED),
      pinCountLow: has(CKF.USER_PIN_COUNT_LOW),
      pinFinalTry: has(CKF.USER_PIN_FINAL_TRY),
      pinLocked: has(CKF.USER_PIN_LOCKED),
      protectedAuthPath: has(CKF.PROTECTED_AUTHENTICATION_PATH),
    };
    return { slot, token };
  } catch (cause) {
    // a token that was pulled out between the two calls is not there
    const value = returnValue(cause);
    if (value === Rv.TOKEN_NOT_PRESENT || value === Rv.DEVICE_REMOVED) return undefined;
    throw cryptokiFault(cause, 'C_GetTokenInfo');
  }
}

/** All initialized tokens. */
export function tokensOf(cryptoki: Cryptoki): Slotted[] {
  let slots: Handle[];
  try {
    slots = cryptoki.C_GetSlotList(true);
  } catch (cause) {
    throw cryptokiFault(cause, 'C_GetSlotList');
  }
  return slots.map((slot) => read(cryptoki, slot)).filter((found) => found !== undefined);
}

/** The one token with the serial and whatever else the name says. `device_not_found`, or `key_ambiguous` for two. */
export function tokenOf(cryptoki: Cryptoki, serial: string, name: KeyName = {}): Slotted {
  const found = tokensOf(cryptoki).filter(
    ({ token }) =>
      token.serial === serial &&
      (name.token === undefined || name.token === token.label) &&
      (name.manufacturer === undefined || name.manufacturer === token.manufacturer) &&
      (name.model === undefined || name.model === token.model),
  );
  const [only] = found;
  if (!only) throw new DeviceFault('device_not_found', `no token with serial ${serial}`);
  if (found.length > 1)
    throw new DeviceFault('key_ambiguous', `${found.length} tokens with serial ${serial}`);
  return only;
}
