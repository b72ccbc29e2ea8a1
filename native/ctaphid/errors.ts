// CTAPHID error codes (CTAP 2.1, 11.2.9.1.6): each has a name, an unknown one keeps its number.
import { DeviceFault } from '../../core/fault/fault.ts';

const names: Readonly<Record<number, string>> = {
  0x01: 'INVALID_CMD',
  0x02: 'INVALID_PAR',
  0x03: 'INVALID_LEN',
  0x04: 'INVALID_SEQ',
  0x05: 'MSG_TIMEOUT',
  0x06: 'CHANNEL_BUSY',
  0x0a: 'LOCK_REQUIRED',
  0x0b: 'INVALID_CHANNEL',
  0x7f: 'OTHER',
};

export const HID_BUSY = 0x06;

/** The fault for the payload of an ERROR message: `device_busy` for a busy channel, else `ctaphid_error`. */
export function hidError(payload: Uint8Array): DeviceFault {
  const code = payload[0];
  if (payload.length !== 1 || code === undefined) {
    return new DeviceFault('malformed_reply', `CTAPHID error of ${payload.length} bytes`);
  }
  const text = `CTAPHID ${names[code] ?? 'unknown error'} 0x${code.toString(16).padStart(2, '0')}`;
  return new DeviceFault(code === HID_BUSY ? 'device_busy' : 'ctaphid_error', text, code);
}
