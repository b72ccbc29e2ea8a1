// One step as people sign it: the step as it was shown, chained to the one before.
import { z } from 'zod';
import { Digest } from '../json/digest.ts';
import { Id, Time, Ulid } from '../name/names.ts';
import { Proof } from '../decision/proof.ts';
import { signable } from '../decision/signable.ts';
import { Output } from './outputs.ts';
import { Role } from './script.ts';

/** A rehearsal has types of its own for everything, so that nothing of it ever counts as real. */
export const Kind = z.enum(['real', 'rehearsal']);
export type Kind = z.infer<typeof Kind>;

/** The row of the closed table under which a step of this kind is signed. */
export const stepSignable = { real: 'ceremony-step', rehearsal: 'rehearsal-step' } as const;

/**
 * `done` as the script says, or `yes`/`no` to its question. `exception`: otherwise, for the reason given; with the output
 * all the same, or without where that may be. `stopped`: the ceremony ends here, for the reason given.
 */
export const Did = z.enum(['done', 'yes', 'no', 'exception', 'stopped']);
export type Did = z.infer<typeof Did>;

/**
 * What the devices sign. `n` counts from 0, `previous` is the digest of the opening or of the sealed step before; `text`
 * and `see` are the script's own words, as shown. `at` is this machine's clock: told, not trusted.
 */
export const CeremonyStep = z.strictObject({
  _type: z.enum([signable['ceremony-step'].type, signable['rehearsal-step'].type]),
  signer: Digest,
  ceremony: Ulid,
  script: Digest,
  n: z.int().min(0).max(9999),
  previous: Digest,
  step: Id,
  text: z.string().min(1).max(600),
  see: z.array(z.string().min(1).max(600)).min(1).max(8),
  did: Did,
  reason: z.string().max(2000),
  output: Output.nullable(),
  at: Time,
});
export type CeremonyStep = z.infer<typeof CeremonyStep>;

/** One person's signature over a step. */
export const StepSignature = z.strictObject({ role: Role, officer: Id, device: Id, proof: Proof });
export type StepSignature = z.infer<typeof StepSignature>;

/** A step with the signatures of all who had to sign it, in the order in which the script names them. */
export const SealedStep = z.strictObject({
  step: CeremonyStep,
  signatures: z.array(StepSignature).min(2).max(3),
});
export type SealedStep = z.infer<typeof SealedStep>;
