// Faults: one class for each kind of refusal, each with a closed union of stable codes.
import { caller, device, lack, refusal, wire } from './codes.ts';

/** What a code means to a person: what happened, and what to do next. */
export interface Meaning {
  readonly says: string;
  readonly next: string;
}

/** A refusal with a stable code. `detail` carries facts (an id, an offset), never a secret. */
abstract class Fault<Code extends string> extends Error {
  abstract readonly kind: 'caller' | 'device' | 'wire' | 'refusal' | 'lack';
  readonly code: Code;
  readonly says: string;
  readonly next: string;
  readonly detail: string;

  constructor(code: Code, table: Record<Code, Meaning>, detail: string, cause?: unknown) {
    super(detail ? `${code}: ${detail}` : code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.says = table[code].says;
    this.next = table[code].next;
    this.detail = detail;
  }
}

/** The codes of each kind, derived from its table. */
export type CallerCode = keyof typeof caller;
export type DeviceCode = keyof typeof device;
export type WireCode = keyof typeof wire;
export type RefusalCode = keyof typeof refusal;
export type LackCode = keyof typeof lack;
export type FaultCode = CallerCode | DeviceCode | WireCode | RefusalCode | LackCode;

/**
 * Whoever asked, asked wrongly: bad input, no permission. Asking again unchanged gives the same answer, unless
 * `retryAfter` (whole seconds) says when it would not.
 */
export class CallerFault extends Fault<CallerCode> {
  readonly kind = 'caller';
  readonly retryAfter: number | undefined;
  constructor(code: CallerCode, detail = '', cause?: unknown, retryAfter?: number) {
    super(code, caller, detail, cause);
    this.name = 'CallerFault';
    this.retryAfter = retryAfter;
  }
}

/** The device, or its driver, said no or went away. `status` keeps the device's own number, known or not. */
export class DeviceFault extends Fault<DeviceCode> {
  readonly kind = 'device';
  readonly status: number | undefined;
  constructor(code: DeviceCode, detail = '', status?: number, cause?: unknown) {
    super(code, device, detail, cause);
    this.name = 'DeviceFault';
    this.status = status;
  }
}

/** The wire broke: a peer that is away, late, or speaks another version. */
export class WireFault extends Fault<WireCode> {
  readonly kind = 'wire';
  constructor(code: WireCode, detail = '', cause?: unknown) {
    super(code, wire, detail, cause);
    this.name = 'WireFault';
  }
}

/** Something was checked and is not what it says it is. Never retried; most are alarms. */
export class Refusal extends Fault<RefusalCode> {
  readonly kind = 'refusal';
  constructor(code: RefusalCode, detail = '', cause?: unknown) {
    super(code, refusal, detail, cause);
    this.name = 'Refusal';
  }
}

/** The one who checks lacks something of its own: a file, the directory, usable arguments, a module. */
export class LackFault extends Fault<LackCode> {
  readonly kind = 'lack';
  constructor(code: LackCode, detail = '', cause?: unknown) {
    super(code, lack, detail, cause);
    this.name = 'LackFault';
  }
}

export type AnyFault = CallerFault | DeviceFault | WireFault | Refusal | LackFault;

/** True for one of our own faults, whatever its kind. */
export function isFault(thrown: unknown): thrown is AnyFault {
  return thrown instanceof Fault;
}
