// The transcript: how a ceremony was opened, and every step, sealed. What auditors read for the next ten years.
import { z } from 'zod';
import { Digest, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Id, KeyName, Time, Ulid } from '../name/names.ts';
import { Role, Script } from './script.ts';
import { SealedStep, stepSignable, type CeremonyStep, type Did, type Kind } from './step.ts';
import { signable } from '../decision/signable.ts';
import type { Output } from './outputs.ts';
import { signersOf, type DoStep, type IfStep } from './script.ts';

export const openingTypes = {
  real: 'https://stella.ops/signer/ceremony-opening/v1',
  rehearsal: 'https://stella.ops/signer/rehearsal-opening/v1',
} as const;

export const transcriptTypes = {
  real: 'https://stella.ops/signer/ceremony-transcript/v1',
  rehearsal: 'https://stella.ops/signer/rehearsal-transcript/v1',
} as const;

/** Who takes part, as what, with which device. */
export const Person = z.strictObject({ role: Role, officer: Id, device: Id });
export type Person = z.infer<typeof Person>;

/**
 * `directory` is the version in force, `checkpoint` the log before (a signed note). `key` is the key that is replaced,
 * `token` the serial of the HSM that gets the new one, `overlapDays` how long the old key may still sign.
 */
export const Opening = z.strictObject({
  _type: z.enum([openingTypes.real, openingTypes.rehearsal]),
  signer: Digest,
  ceremony: Ulid,
  directory: Digest,
  checkpoint: z.string().min(1).max(16_384),
  script: Script,
  people: z.array(Person).length(3),
  key: KeyName,
  token: z.string().min(1).max(16),
  overlapDays: z.int().min(1).max(3650),
  openedAt: Time,
});
export type Opening = z.infer<typeof Opening>;

/** The whole ceremony. Nothing in it goes unchecked. */
export const Transcript = z.strictObject({
  _type: z.enum([transcriptTypes.real, transcriptTypes.rehearsal]),
  opening: Opening,
  steps: z.array(SealedStep).max(10_000),
});
export type Transcript = z.infer<typeof Transcript>;

/** Whether an opening or a transcript is a rehearsal's, by its type alone. */
export function kindOf({ _type }: { readonly _type: string }): Kind {
  const rehearsal: readonly string[] = [openingTypes.rehearsal, transcriptTypes.rehearsal];
  return rehearsal.includes(_type) ? 'rehearsal' : 'real';
}

/** What happened in a step, before anybody signs it. */
export interface Happened {
  readonly did: Did;
  readonly reason: string;
  readonly output: Output | null;
  readonly at: string;
}

/** What the next sealed step has to name: the digest of the last one, or of the opening. */
export function lastDigest(crypto: Crypto, opening: Opening, steps: readonly SealedStep[]): Digest {
  return digestOf(crypto, steps.at(-1) ?? opening);
}

/** The object that the devices sign for what happened in this step. */
export function makeStep(
  crypto: Crypto,
  opening: Opening,
  steps: readonly SealedStep[],
  step: DoStep | IfStep,
  { did, reason, output, at }: Happened,
): CeremonyStep {
  return {
    _type: signable[stepSignable[kindOf(opening)]].type,
    signer: opening.signer,
    ceremony: opening.ceremony,
    script: digestOf(crypto, opening.script),
    n: steps.length,
    previous: lastDigest(crypto, opening, steps),
    step: 'do' in step ? step.do : step.if,
    text: step.text,
    see: step.see,
    did,
    reason,
    output,
    at,
  };
}

/** Who must sign what happened in a step: an exception and a stop want everybody. */
export function signersFor(step: DoStep | IfStep, did: Did): Role[] {
  return did === 'exception' || did === 'stopped' ? [...Role.options] : signersOf(step);
}
