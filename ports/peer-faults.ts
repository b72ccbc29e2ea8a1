// A peer's refusal, as the fault of our own that has its code.
import { caller, device, lack, refusal, wire } from '../core/fault/codes.ts';
import {
  CallerFault,
  DeviceFault,
  isFault,
  LackFault,
  Refusal,
  WireFault,
  type AnyFault,
  type CallerCode,
  type DeviceCode,
  type LackCode,
  type RefusalCode,
  type WireCode,
} from '../core/fault/fault.ts';

/** The fault with this code. A code that no table has is kept in the detail of WireFault `version`: the peer is newer. */
export function faultFor(code: string, detail: string): AnyFault {
  if (Object.hasOwn(refusal, code)) return new Refusal(code as RefusalCode, detail);
  if (Object.hasOwn(caller, code)) return new CallerFault(code as CallerCode, detail);
  if (Object.hasOwn(wire, code)) return new WireFault(code as WireCode, detail);
  if (Object.hasOwn(device, code)) return new DeviceFault(code as DeviceCode, detail);
  if (Object.hasOwn(lack, code)) return new LackFault(code as LackCode, detail);
  return new WireFault('version', `unknown code ${code.slice(0, 64)}: ${detail}`);
}

/** Whatever was thrown, as a fault: what is not one of ours becomes WireFault `unreachable` with its cause kept. */
export function asFault(thrown: unknown): AnyFault {
  if (isFault(thrown)) return thrown;
  return new WireFault('unreachable', thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
