// One row of a driver's table of calls, and the forms that several rows share.
import { z } from 'zod';

/** A call: what goes in, what comes out. Both are strict; both are parsed by the side that receives them. */
export interface CallRow<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
}

/** Makes a row with its types kept. */
export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): CallRow<I, O> {
  return { input, output };
}

/** A table of calls by name. */
export type CallTable = Readonly<Record<string, CallRow>>;

/** Bytes of a length between the bounds, as they cross by structured clone. */
export function bytes(least: number, most: number): z.ZodType<Uint8Array> {
  const fits = (value: unknown): boolean =>
    value instanceof Uint8Array && value.length >= least && value.length <= most;
  return z.custom<Uint8Array>(fits, { error: `expected ${least} to ${most} bytes` });
}

/** Whole numbers from 0. */
export const count = z.int().min(0);

/** A short text for people; the device chose it, so it is data and never markup. */
export const label = z.string().max(512);

/** Nothing goes in, or nothing comes out. */
export const nothing = z.strictObject({});
