// The lines of a ceremony's own file: what was begun, made, said and signed, each durable before anything rests on it.
import { z } from 'zod';
import { Output } from '../core/ceremony/outputs.ts';
import { CeremonyStep, StepSignature } from '../core/ceremony/step.ts';
import { Opening } from '../core/ceremony/transcript.ts';
import { Directory } from '../core/directory/directory.ts';
import { parseCanonical } from '../core/json/canonical.ts';
import { parseAs } from '../core/json/schema.ts';
import { DirectorySignature } from '../core/trust/chain.ts';

/** The file's name in the ceremony's folder. */
export const RECORD_FILE = 'ceremony.jsonl';

const bare = <A extends string>(act: A) => z.strictObject({ act: z.literal(act) });

/**
 * What an act will do, fixed before it touches anything. `id` is the CKA_ID in hex: whoever takes the act up again looks for
 * the key under it. `directory` is the version that is signed, with its time.
 */
export const Plan = z.discriminatedUnion('act', [
  bare('check-hsm'),
  z.strictObject({
    act: z.literal('generate-key'),
    id: z.string().regex(/^[0-9a-f]{32}$/),
    label: z.string().min(1).max(100),
  }),
  bare('prove-possession'),
  bare('endorse-key'),
  z.strictObject({ act: z.literal('decide-directory'), directory: Directory }),
  bare('publish-directory'),
]);
export type Plan = z.infer<typeof Plan>;
export type PlanOf<A extends Plan['act']> = Extract<Plan, { act: A }>;

const n = z.int().min(0).max(9999);

/** A line after the first. `n` is the step that it belongs to; `voice` is one signature over the next version of the directory. */
export const StepLine = z.discriminatedUnion('line', [
  z.strictObject({ line: z.literal('begun'), n, plan: Plan }),
  z.strictObject({ line: z.literal('voice'), n, signature: DirectorySignature }),
  z.strictObject({ line: z.literal('made'), n, output: Output }),
  z.strictObject({ line: z.literal('said'), n, step: CeremonyStep }),
  z.strictObject({ line: z.literal('unsaid'), n }),
  z.strictObject({ line: z.literal('signature'), n, signature: StepSignature }),
]);
export type StepLine = z.infer<typeof StepLine>;

/** Any line; the first is the opening. */
export const Line = z.discriminatedUnion('line', [
  z.strictObject({ line: z.literal('opened'), opening: Opening }),
  ...StepLine.options,
]);
export type Line = z.infer<typeof Line>;

/** Reads one line strictly. Throws Refusal. */
export const parseLine = (bytes: Uint8Array): Line => parseAs(Line, parseCanonical(bytes));
