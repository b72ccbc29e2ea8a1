// CTAP2 status codes (CTAP 2.1, 8.2): their names, and the fault that each is to us. Unknown numbers are kept.
import { DeviceFault, type DeviceCode } from '../../core/fault/fault.ts';

const table: Readonly<Record<number, readonly [name: string, code: DeviceCode]>> = {
  0x01: ['CTAP1_ERR_INVALID_COMMAND', 'device_unsuitable'],
  0x02: ['CTAP1_ERR_INVALID_PARAMETER', 'ctap_status'],
  0x03: ['CTAP1_ERR_INVALID_LENGTH', 'ctap_status'],
  0x04: ['CTAP1_ERR_INVALID_SEQ', 'ctap_status'],
  0x05: ['CTAP1_ERR_TIMEOUT', 'deadline'],
  0x06: ['CTAP1_ERR_CHANNEL_BUSY', 'device_busy'],
  0x0a: ['CTAP1_ERR_LOCK_REQUIRED', 'device_busy'],
  0x0b: ['CTAP1_ERR_INVALID_CHANNEL', 'ctap_status'],
  0x11: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE', 'ctap_status'],
  0x12: ['CTAP2_ERR_INVALID_CBOR', 'ctap_status'],
  0x14: ['CTAP2_ERR_MISSING_PARAMETER', 'ctap_status'],
  0x15: ['CTAP2_ERR_LIMIT_EXCEEDED', 'device_unsuitable'],
  0x17: ['CTAP2_ERR_FP_DATABASE_FULL', 'device_full'],
  0x18: ['CTAP2_ERR_LARGE_BLOB_STORAGE_FULL', 'device_full'],
  0x19: ['CTAP2_ERR_CREDENTIAL_EXCLUDED', 'credential_excluded'],
  0x21: ['CTAP2_ERR_PROCESSING', 'ctap_status'],
  0x22: ['CTAP2_ERR_INVALID_CREDENTIAL', 'no_credential'],
  0x23: ['CTAP2_ERR_USER_ACTION_PENDING', 'ctap_status'],
  0x24: ['CTAP2_ERR_OPERATION_PENDING', 'device_busy'],
  0x25: ['CTAP2_ERR_NO_OPERATIONS', 'ctap_status'],
  0x26: ['CTAP2_ERR_UNSUPPORTED_ALGORITHM', 'device_unsuitable'],
  0x27: ['CTAP2_ERR_OPERATION_DENIED', 'touch_denied'],
  0x28: ['CTAP2_ERR_KEY_STORE_FULL', 'device_full'],
  0x2b: ['CTAP2_ERR_UNSUPPORTED_OPTION', 'device_unsuitable'],
  0x2c: ['CTAP2_ERR_INVALID_OPTION', 'device_unsuitable'],
  0x2d: ['CTAP2_ERR_KEEPALIVE_CANCEL', 'cancelled'],
  0x2e: ['CTAP2_ERR_NO_CREDENTIALS', 'no_credential'],
  0x2f: ['CTAP2_ERR_USER_ACTION_TIMEOUT', 'touch_denied'],
  0x30: ['CTAP2_ERR_NOT_ALLOWED', 'ctap_status'],
  0x31: ['CTAP2_ERR_PIN_INVALID', 'pin_invalid'],
  0x32: ['CTAP2_ERR_PIN_BLOCKED', 'pin_blocked'],
  0x33: ['CTAP2_ERR_PIN_AUTH_INVALID', 'ctap_status'],
  0x34: ['CTAP2_ERR_PIN_AUTH_BLOCKED', 'pin_auth_blocked'],
  0x35: ['CTAP2_ERR_PIN_NOT_SET', 'pin_not_set'],
  0x36: ['CTAP2_ERR_PUAT_REQUIRED', 'pin_required'],
  0x37: ['CTAP2_ERR_PIN_POLICY_VIOLATION', 'pin_policy'],
  0x39: ['CTAP2_ERR_REQUEST_TOO_LARGE', 'device_unsuitable'],
  0x3a: ['CTAP2_ERR_ACTION_TIMEOUT', 'touch_denied'],
  0x3b: ['CTAP2_ERR_UP_REQUIRED', 'touch_denied'],
  0x3c: ['CTAP2_ERR_UV_BLOCKED', 'uv_blocked'],
  0x3d: ['CTAP2_ERR_INTEGRITY_FAILURE', 'ctap_status'],
  0x3e: ['CTAP2_ERR_INVALID_SUBCOMMAND', 'device_unsuitable'],
  0x3f: ['CTAP2_ERR_UV_INVALID', 'uv_invalid'],
  0x40: ['CTAP2_ERR_UNAUTHORIZED_PERMISSION', 'device_unsuitable'],
  0x7f: ['CTAP1_ERR_OTHER', 'ctap_status'],
};

/** Status bytes that the code itself must tell apart. */
export const Status = {
  OK: 0x00,
  NO_CREDENTIALS: 0x2e,
  PIN_INVALID: 0x31,
  PIN_AUTH_INVALID: 0x33,
  UV_BLOCKED: 0x3c,
} as const;

/** The fault for a status other than 0: a code that a person can act on, and the device's own number. */
export function statusFault(status: number): DeviceFault {
  const known = table[status];
  const number = `0x${status.toString(16).padStart(2, '0')}`;
  if (known) return new DeviceFault(known[1], `${known[0]} ${number}`, status);
  return new DeviceFault('ctap_status', `unknown status ${number}`, status);
}
