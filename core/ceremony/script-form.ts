// The form of a ceremony's script: steps in DO, IF, GO TO and END, each bound to a role, each with what must be seen.
import { z } from 'zod';
import { Id } from '../name/names.ts';
import { hasHiddenText } from '../review/text.ts';

export const SCRIPT_TYPE = 'https://stella.ops/signer/ceremony-script/v1';

/** `operator` acts, `custodian` holds the HSM and its PIN, `witness` only watches and confirms. */
export const Role = z.enum(['operator', 'custodian', 'witness']);
export type Role = z.infer<typeof Role>;

/** What the machine does in a step, or captures. A step without an act is done by people alone. */
export const Act = z.enum([
  'presence',
  'check-hsm',
  'generate-key',
  'prove-possession',
  'endorse-key',
  'decide-directory',
  'publish-directory',
  'read-words',
]);
export type Act = z.infer<typeof Act>;

/** The acts whose steps come before, on every way. */
export const needs: Readonly<Record<Act, readonly Act[]>> = {
  presence: [],
  'check-hsm': ['presence'],
  'generate-key': ['check-hsm'],
  'prove-possession': ['generate-key'],
  'endorse-key': ['prove-possession'],
  'decide-directory': ['prove-possession', 'endorse-key'],
  'publish-directory': ['decide-directory'],
  'read-words': ['presence'],
};

/** Acts that a signed exception may leave out; what rests on the others would rest on nothing. */
export const excusable: readonly Act[] = ['check-hsm', 'endorse-key'];

/** Steps that everybody signs: who is there, and what was read to them. The only acts that a witness may do. */
export const everybodys: readonly Act[] = ['presence', 'read-words'];

const Text = z
  .string()
  .min(1)
  .max(600)
  .refine((text) => !hasHiddenText(text), 'hidden characters')
  .refine((text) => !/[\n\t]/.test(text) && text.trim() === text, 'not one line');
const seen = { role: Role, text: Text, see: z.array(Text).min(1).max(8) };

/** `signers` are the role of the step and the witness (with the operator where the witness acts) unless given. */
export const DoStep = z.strictObject({
  do: Id,
  ...seen,
  act: Act.optional(),
  signers: z.array(Role).min(2).max(3).optional(),
});
export type DoStep = z.infer<typeof DoStep>;

/** A question that is answered aloud: `yes` and `no` name the step that follows. */
export const IfStep = z.strictObject({ if: Id, ...seen, yes: Id, no: Id });
export type IfStep = z.infer<typeof IfStep>;

export const GoToStep = z.strictObject({ 'go to': Id });

/** `done`: the ceremony had its effect. `abandoned`: it had none, or not the one that was meant. */
export const EndStep = z.strictObject({ end: Id, text: Text, outcome: z.enum(['done', 'abandoned']) });
export type EndStep = z.infer<typeof EndStep>;

/** An entry of a script. */
export const Entry = z.union([DoStep, IfStep, GoToStep, EndStep]);
export type Entry = z.infer<typeof Entry>;

/** A whole script. Its digest (canonical form) goes into every step that is signed. */
export const Script = z.strictObject({
  _type: z.literal(SCRIPT_TYPE),
  name: Id,
  version: z.int().min(1).max(1_000_000),
  title: Text,
  purpose: Text,
  steps: z.array(Entry).min(2).max(64),
});
export type Script = z.infer<typeof Script>;

/** The name of an entry; undefined for a GO TO, which has none. */
export function nameOf(entry: Entry): string | undefined {
  if ('do' in entry) return entry.do;
  if ('if' in entry) return entry.if;
  return 'end' in entry ? entry.end : undefined;
}

/** Who must sign a step. */
export function signersOf(step: DoStep | IfStep): Role[] {
  if ('do' in step && step.signers) return [...step.signers];
  return step.role === 'witness' ? ['witness', 'operator'] : [step.role, 'witness'];
}

/** The form that an entry means to have, by the word that it begins with; undefined where it has none of the four. */
export function formOf(entry: unknown): z.ZodType | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const forms = { do: DoStep, if: IfStep, 'go to': GoToStep, end: EndStep } as const;
  const [form, ...more] = Object.entries(forms).flatMap(([word, one]) =>
    Object.hasOwn(entry, word) ? [one] : [],
  );
  return more.length > 0 ? undefined : form;
}
