// Every message that passes between a client and a driver process, in both directions. Both sides parse.
import { z } from 'zod';
import { device } from '../../core/fault/codes.ts';
import type { DeviceCode } from '../../core/fault/fault.ts';
import { bytes, count } from './call.ts';
import { Pkcs11Config, pkcs11Calls } from './pkcs11.ts';
import { SecurityKeyConfig, securityKeyCalls } from './security-key.ts';

/** Both sides must say the same number; a mismatch ends the process. */
export const CONTRACT_VERSION = 1;

/** The drivers: their calls and their configuration. */
export const drivers = {
  'security-key': { calls: securityKeyCalls, config: SecurityKeyConfig },
  pkcs11: { calls: pkcs11Calls, config: Pkcs11Config },
} as const;

export type DriverName = keyof typeof drivers;
export type CallsOf<D extends DriverName> = (typeof drivers)[D]['calls'];
export type CallName<D extends DriverName> = keyof CallsOf<D> & string;
export type ConfigOf<D extends DriverName> = z.input<(typeof drivers)[D]['config']>;
type Row<D extends DriverName, N extends CallName<D>> = CallsOf<D>[N] & {
  input: z.ZodType;
  output: z.ZodType;
};
export type InputOf<D extends DriverName, N extends CallName<D>> = z.infer<Row<D, N>['input']>;
export type OutputOf<D extends DriverName, N extends CallName<D>> = z.infer<Row<D, N>['output']>;

const id = z.int().min(1);

/** The codes that a driver may answer with. */
export const DeviceCodeName = z.enum(Object.keys(device) as [DeviceCode, ...DeviceCode[]]);

/** What went wrong, as data: no cause and no stack crosses. `status` is the device's own number. */
export const ErrorBody = z.strictObject({
  code: DeviceCodeName,
  detail: z.string().max(1000),
  status: count.optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** What the person should know before entering a PIN. `retries` is left out where the device does not say. */
export const PinWanted = z.strictObject({
  type: z.literal('pin-wanted'),
  id,
  purpose: z.enum(['current', 'new']),
  minLength: count,
  retries: count.optional(),
  countLow: z.boolean().optional(),
  finalTry: z.boolean().optional(),
});
export type PinWanted = z.infer<typeof PinWanted>;

/** A virtual key waits for its person, at most `timeoutMs`. */
export const AskTouch = z.strictObject({
  type: z.literal('ask-touch'),
  id,
  path: z.string().max(512),
  product: z.string().max(512),
  timeoutMs: z.int().min(1).max(600_000),
});
export type AskTouch = z.infer<typeof AskTouch>;

/** From the client. A PIN crosses in `pin` and nowhere else. */
export const ToDriver = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    contractVersion: z.int(),
    driver: z.string().max(64),
    config: z.unknown(),
  }),
  z.strictObject({
    type: z.literal('call'),
    id,
    name: z.string().max(64),
    input: z.unknown(),
    deadlineMs: z.int().min(1).max(3_600_000),
  }),
  z.strictObject({ type: z.literal('cancel'), id }),
  z.strictObject({ type: z.literal('pin'), id, bytes: bytes(1, 255) }),
  z.strictObject({ type: z.literal('touch'), id, path: z.string().max(512), given: z.boolean() }),
  z.strictObject({ type: z.literal('close') }),
]);
export type ToDriver = z.infer<typeof ToDriver>;

/** From the driver. */
export const FromDriver = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), contractVersion: z.int(), driver: z.string().max(64) }),
  z.strictObject({ type: z.literal('refused'), error: ErrorBody }),
  z.strictObject({ type: z.literal('keepalive'), id, status: z.enum(['processing', 'touch']) }),
  PinWanted,
  AskTouch,
  z.strictObject({
    type: z.literal('reply'),
    id,
    result: z.discriminatedUnion('ok', [
      z.strictObject({ ok: z.literal(true), value: z.unknown() }),
      z.strictObject({ ok: z.literal(false), error: ErrorBody }),
    ]),
  }),
]);
export type FromDriver = z.infer<typeof FromDriver>;
