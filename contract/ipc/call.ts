// One row of the table of calls, and the forms that many rows share.
import { z } from 'zod';

/** What goes in and what comes out. Main parses both; the page gets nothing that the schema does not name. */
export interface CallRow<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
}

/** Makes a row with its types kept. */
export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): CallRow<I, O> {
  return { input, output };
}

/** Nothing goes in, or nothing comes out. */
export const nothing = z.strictObject({});

/** A stable code with facts (an id, an offset), never a secret. What it says to a person stands in the catalogue. */
export const Fault = z.strictObject({ code: z.string().max(64), detail: z.string().max(1000) });
export type Fault = z.infer<typeof Fault>;

/** What every call answers. `trace` finds the whole story in main's log; causes and stacks never cross. */
export const Failure = z.strictObject({
  code: z.string().max(64),
  message: z.string().max(1000),
  trace: z.string().max(64),
});
export type Failure = z.infer<typeof Failure>;
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure };

/** Grows with every change of a room's snapshot; a page ignores what is not newer. */
export const Revision = z.int().min(0);
