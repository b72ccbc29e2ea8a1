// Verifying a transcript: from the opening to the last step, with the pinned directory and nothing else.
import { z } from 'zod';
import { LackFault, Refusal, isFault } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import type { Crypto } from '../key/crypto.ts';
import { Id, compareTimes } from '../name/names.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { replaceable } from './rotation.ts';
import { parseScript, type DoStep, type IfStep } from './script.ts';
import { SealedStep, type CeremonyStep, type Kind } from './step.ts';
import { Transcript, kindOf, makeStep, type Opening } from './transcript.ts';
import { checkPeople, checkSignatures } from './verify-people.ts';
import { checkIssued, checkOutput, type Ground, type Made } from './verify-outputs.ts';
import { verdictOf, type CeremonyVerdict } from './verdict.ts';
import { mayLack, move, start, type Place } from './walk.ts';

export type { CeremonyVerdict } from './verdict.ts';

const MOST_STEPS = 10_000;

const Named = z.object({ step: z.object({ step: Id }) });

function checkKind(transcript: Transcript, kind: Kind): void {
  if (kindOf(transcript) !== kind) throw new Refusal('ceremony_rehearsal', `asked for a ${kind} one`);
  if (kindOf(transcript.opening) !== kind)
    throw new Refusal('ceremony_rehearsal', 'its opening is of the other kind');
}

/** Checks how a ceremony was opened. Throws Refusal `ceremony_*`, `directory_*`, `signer_mismatch`, `key_*`, `checkpoint_invalid`. */
export function checkOpening(crypto: Crypto, trust: Trust, opening: Opening): void {
  if (opening.signer !== trust.signer) throw new Refusal('signer_mismatch', opening.ceremony);
  const directory = trust.at(opening.directory);
  parseScript(opening.script);
  checkPeople(directory, opening.people);
  replaceable(directory, opening.key);
  openCheckpoint(crypto, directory, opening.checkpoint);
  // what is signed in a rehearsal must follow no chain that somebody relies on
  if (kindOf(opening) === 'rehearsal' && directory.environment !== 'demo')
    throw new Refusal('ceremony_rehearsal', `over a directory of ${directory.environment}`);
}

/**
 * Checks that what is signed is exactly what the script shows at this place, chained to what came before. Throws Refusal
 * `ceremony_order`, `ceremony_step`.
 */
export function checkShown(
  crypto: Crypto,
  opening: Opening,
  before: readonly SealedStep[],
  shown: DoStep | IfStep,
  step: CeremonyStep,
): void {
  const expected = makeStep(crypto, opening, before, shown, step);
  const name = `step ${before.length} (${expected.step})`;
  if (step.step !== expected.step || step.n !== expected.n || step.previous !== expected.previous)
    throw new Refusal('ceremony_order', `${name}: ${step.step} stands there, out of its chain`);
  if (digestOf(crypto, expected) !== digestOf(crypto, step))
    throw new Refusal('ceremony_step', `${name}: not as the script shows it`);
  const last = before.at(-1)?.step.at ?? opening.openedAt;
  if (compareTimes(step.at, last) < 0)
    throw new Refusal('ceremony_order', `${name}: earlier than the one before`);
}

/** Checks that the step has the output of its act, or may lack it. Throws Refusal `ceremony_output`. */
export function checkHas(shown: DoStep | IfStep, step: CeremonyStep): void {
  const act = 'do' in shown ? shown.act : undefined;
  const wanted = act === undefined || act === 'presence' ? undefined : act;
  const fail = (why: string) => new Refusal('ceremony_output', `${step.step}: ${why}`);
  if (step.output !== null && step.output.act !== wanted) throw fail('an output of another act');
  if (step.output !== null || wanted === undefined || step.did === 'stopped') return;
  if (step.did !== 'exception' || !mayLack(shown)) throw fail('its output is missing');
}

/** One step on: checked as the next of those before. Returns where the ceremony stands then, and what was made. */
export function checkNext(
  ground: Ground,
  before: readonly SealedStep[],
  place: Place,
  made: Made,
  sealed: SealedStep,
): { readonly place: Place; readonly made: Made } {
  const { crypto, trust, opening } = ground;
  const { step } = sealed;
  if (place.at !== 'step') throw new Refusal('ceremony_order', `step ${step.n} (${step.step}) after the end`);
  checkShown(crypto, opening, before, place.step, step);
  checkSignatures(crypto, trust.at(opening.directory), opening, place.step, sealed);
  checkHas(place.step, step);
  const next = step.output === null ? made : checkOutput(ground, made, step, step.output);
  checkIssued(ground, step);
  return { place: move(opening.script, place.step, step), made: next };
}

/** The form of a transcript, its steps one after another, so that what does not fit is named by its step. */
function parseTranscript(value: unknown): Transcript {
  const { steps, ...rest } = parseAs(
    Transcript.extend({ steps: z.array(z.unknown()).max(MOST_STEPS) }),
    value,
  );
  return { ...rest, steps: steps.map((step, n) => inStep(n, step, () => parseAs(SealedStep, step))) };
}

/** What a step says its own name is, before anything of it is believed. */
function calledIn(step: unknown): string {
  const name = Named.safeParse(step).data?.step.step;
  return name === undefined ? '' : ` (${name})`;
}

/** Does what concerns one step; a refusal that does not name it gets its name. */
function inStep<T>(n: number, step: unknown, look: () => T): T {
  try {
    return look();
  } catch (thrown) {
    if (!isFault(thrown) || thrown.kind !== 'refusal' || thrown.detail.startsWith(`step ${n} (`))
      throw thrown;
    throw new Refusal(thrown.code, `step ${n}${calledIn(step)}: ${thrown.detail}`, thrown);
  }
}

/** A directory that is too old for the transcript is the verifier's lack; one that never had the version is a refusal. */
function checkKnown(trust: Trust, { opening, steps }: Transcript): void {
  if (trust.digests.includes(opening.directory)) return;
  const newer = steps.some(
    ({ step: { output } }) => output?.act === 'decide-directory' && output.version > trust.latest.version,
  );
  if (newer)
    throw new LackFault('directory_older', `the chain here ends with version ${trust.latest.version}`);
  throw new Refusal('directory_invalid', `no version ${opening.directory}`);
}

/**
 * Verifies a transcript of the kind asked for against a trusted directory chain. Pure: no clock, no network. Throws a
 * Refusal that names the first step that does not hold; LackFault `directory_older` when the chain ends before it.
 */
export function verifyTranscript(crypto: Crypto, trust: Trust, kind: Kind, value: unknown): CeremonyVerdict {
  const transcript = parseTranscript(value);
  checkKind(transcript, kind);
  const { opening, steps } = transcript;
  checkKnown(trust, transcript);
  checkOpening(crypto, trust, opening);
  const ground: Ground = { crypto, trust, opening };
  let at: { place: Place; made: Made } = { place: start(opening.script), made: {} };
  steps.forEach((sealed, n) => {
    at = inStep(n, sealed, () => checkNext(ground, steps.slice(0, n), at.place, at.made, sealed));
  });
  return verdictOf(ground, steps, at.place, at.made);
}
