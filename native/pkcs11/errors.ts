// Cryptoki return values (PKCS#11 2.40, 5.1): the fault that each is to us. The number is always kept.
import { DeviceFault, type DeviceCode } from '../../core/fault/fault.ts';

/** Return values that the code itself must tell apart. */
export const Rv = {
  SESSION_CLOSED: 0xb0,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  DEVICE_ERROR: 0x30,
  DEVICE_REMOVED: 0x32,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  ATTRIBUTE_TYPE_INVALID: 0x12,
  ATTRIBUTE_SENSITIVE: 0x11,
} as const;

const codes: Readonly<Record<number, DeviceCode>> = {
  0x03: 'device_not_found', // SLOT_ID_INVALID
  0x31: 'device_full', // DEVICE_MEMORY
  [Rv.DEVICE_REMOVED]: 'device_gone',
  [Rv.TOKEN_NOT_PRESENT]: 'device_gone',
  [Rv.SESSION_HANDLE_INVALID]: 'device_gone',
  [Rv.SESSION_CLOSED]: 'device_gone',
  0x50: 'cancelled', // FUNCTION_CANCELED
  0x54: 'device_unsuitable', // FUNCTION_NOT_SUPPORTED
  0x60: 'key_not_found', // KEY_HANDLE_INVALID
  0x63: 'device_unsuitable', // KEY_TYPE_INCONSISTENT
  0x68: 'device_unsuitable', // KEY_FUNCTION_NOT_PERMITTED
  0x70: 'device_unsuitable', // MECHANISM_INVALID
  0x82: 'key_not_found', // OBJECT_HANDLE_INVALID
  0xa0: 'pin_invalid', // PIN_INCORRECT
  0xa1: 'pin_invalid', // PIN_INVALID
  0xa2: 'pin_policy', // PIN_LEN_RANGE
  0xa3: 'pin_change_required', // PIN_EXPIRED
  0xa4: 'pin_blocked', // PIN_LOCKED
  0xb1: 'device_busy', // SESSION_COUNT
  0xe2: 'device_unsuitable', // TOKEN_WRITE_PROTECTED
  [Rv.USER_NOT_LOGGED_IN]: 'pin_required',
  0x102: 'pin_not_set', // USER_PIN_NOT_INITIALIZED
  0x104: 'device_busy', // USER_ANOTHER_ALREADY_LOGGED_IN
};

// pkcs11js gives `code` with most functions; C_FindObjects throws the bare text "CKR_NAME:number".
const BARE = /^(CKR_[A-Z0-9_]+):(\d+)/;
const NAMED = /^CKR_[A-Z0-9_]+/;

/** The number of a Cryptoki return value, if that is what was thrown. */
export function returnValue(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const code =
    'code' in thrown && typeof thrown.code === 'number'
      ? thrown.code
      : Number(BARE.exec(thrown.message)?.[2]);
  return code > 0 ? code : undefined;
}

/** The fault for what a Cryptoki function threw. Its own message is not passed on: a name and a number are. */
export function cryptokiFault(thrown: unknown, doing: string): DeviceFault {
  if (thrown instanceof DeviceFault) return thrown;
  const value = returnValue(thrown);
  if (value === undefined) return new DeviceFault('driver_failed', doing, undefined, thrown);
  const name = (thrown instanceof Error && NAMED.exec(thrown.message)?.[0]) || 'CKR';
  return new DeviceFault(codes[value] ?? 'pkcs11_status', `${doing}: ${name} 0x${value.toString(16)}`, value);
}

/** True when the sessions that we have are of no use any more. */
export function losesSessions(fault: unknown): boolean {
  if (!(fault instanceof DeviceFault)) return false;
  return fault.code === 'device_gone' || fault.status === Rv.DEVICE_ERROR;
}
