// Verifying a transcript: from the opening to the last step, with the pinned directory and nothing else.
import { Refusal, isFault } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import type { Crypto } from '../key/crypto.ts';
import { compareTimes } from '../name/names.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { replaceable } from './rotation.ts';
import { parseScript, type DoStep, type IfStep } from './script.ts';
import type { CeremonyStep, Kind, SealedStep } from './step.ts';
import { Transcript, kindOf, makeStep, type Opening, type Person } from './transcript.ts';
import { checkPeople, checkSignatures } from './verify-people.ts';
import { checkOutput, type Ground, type Made } from './verify-outputs.ts';
import { mayLack, move, start, type Place } from './walk.ts';

/** What was found true. `exceptions` are what was done otherwise, signed by everybody. */
export interface CeremonyVerdict {
  readonly kind: Kind;
  readonly ceremony: string;
  readonly script: { readonly name: string; readonly version: number; readonly digest: string };
  readonly outcome: 'done' | 'abandoned' | 'stopped';
  readonly why: string;
  readonly people: readonly Person[];
  readonly exceptions: readonly { readonly n: number; readonly step: string; readonly reason: string }[];
  /** The key that was replaced, and the one that took its place; null where none did. */
  readonly key: string;
  readonly newKey: string | null;
  readonly made: Made;
  readonly directory: number;
}

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
  return { place: move(opening.script, place.step, step), made: next };
}

function ended(place: Place, steps: number): Pick<CeremonyVerdict, 'outcome' | 'why'> {
  if (place.at === 'stopped') return { outcome: 'stopped', why: place.reason };
  if (place.at === 'end') return { outcome: place.end.outcome, why: place.end.text };
  const next = 'do' in place.step ? place.step.do : place.step.if;
  throw new Refusal('ceremony_incomplete', `it stops after ${steps} steps; ${next} is next`);
}

/**
 * Verifies a transcript of the kind asked for against a trusted directory chain. Pure: no clock, no network. Throws a
 * Refusal that names the first step that does not hold; LackFault `directory_older` when the chain ends before it.
 */
export function verifyTranscript(crypto: Crypto, trust: Trust, kind: Kind, value: unknown): CeremonyVerdict {
  const transcript = parseAs(Transcript, value);
  checkKind(transcript, kind);
  const { opening, steps } = transcript;
  checkOpening(crypto, trust, opening);
  const ground: Ground = { crypto, trust, opening };
  let at: { place: Place; made: Made } = { place: start(opening.script), made: {} };
  steps.forEach((sealed, n) => {
    try {
      at = checkNext(ground, steps.slice(0, n), at.place, at.made, sealed);
    } catch (thrown) {
      if (isFault(thrown) && thrown.kind === 'refusal' && !thrown.detail.includes(sealed.step.step))
        throw new Refusal(thrown.code, `step ${n} (${sealed.step.step}): ${thrown.detail}`, thrown);
      throw thrown;
    }
  });
  const published = at.made['publish-directory'] !== undefined;
  return {
    kind,
    ceremony: opening.ceremony,
    script: {
      name: opening.script.name,
      version: opening.script.version,
      digest: digestOf(crypto, opening.script),
    },
    ...ended(at.place, steps.length),
    people: opening.people,
    exceptions: steps.flatMap(({ step }) =>
      step.did === 'exception' ? [{ n: step.n, step: step.step, reason: step.reason }] : [],
    ),
    key: opening.key,
    newKey: (published ? at.made['generate-key']?.name : undefined) ?? null,
    made: at.made,
    directory: trust.latest.version,
  };
}
