// What a ceremony's lines add up to: one line on from where it stood, checked as a verifier checks it later. Pure.
import type { Output } from '../core/ceremony/outputs.ts';
import { rotated } from '../core/ceremony/rotation.ts';
import type { DoStep, IfStep, Role } from '../core/ceremony/script.ts';
import type { CeremonyStep, SealedStep, StepSignature } from '../core/ceremony/step.ts';
import { makeStep, signersFor, type Happened, type Opening } from '../core/ceremony/transcript.ts';
import { checkHas, checkNext, checkShown } from '../core/ceremony/verify.ts';
import { checkIssued, checkOutput, type Ground, type Made } from '../core/ceremony/verify-outputs.ts';
import { checkSignature, checkStillThere } from '../core/ceremony/verify-people.ts';
import { move, start, type Place } from '../core/ceremony/walk.ts';
import { Refusal } from '../core/fault/fault.ts';
import { digestOf } from '../core/json/digest.ts';
import { compareTimes } from '../core/name/names.ts';
import { voiceOf, type DirectorySignature } from '../core/trust/chain.ts';
import { trustWith, type Decided } from './decided.ts';
import { idIn } from './key-uri.ts';
import type { Plan, PlanOf, StepLine } from './record.ts';

/** The step that is not sealed yet, as far as it went. */
export interface Current {
  readonly plan: Plan | null;
  readonly voices: readonly DirectorySignature[];
  readonly output: Output | null;
  readonly step: CeremonyStep | null;
  readonly signatures: readonly StepSignature[];
}

/** Where the ceremony stands. `decided` is the version that its quorum signed. */
export interface Ledger {
  readonly steps: readonly SealedStep[];
  readonly place: Place;
  readonly made: Made;
  readonly decided: Decided | null;
  readonly current: Current;
}

const nothing: Current = { plan: null, voices: [], output: null, step: null, signatures: [] };

/** Before the first step. */
export const newLedger = ({ script }: Opening): Ledger => ({
  steps: [],
  place: start(script),
  made: {},
  decided: null,
  current: nothing,
});

const turn = (why: string): Refusal => new Refusal('ceremony_turn', why);

/** The step where it stands. Throws Refusal `ceremony_turn` after the end. */
export function shownAt({ place }: Ledger): DoStep | IfStep {
  if (place.at !== 'step') throw turn('the ceremony is over');
  return place.step;
}

/** The act of a step that the machine does: not `presence`, which the people do by signing. */
export function actOf(shown: DoStep | IfStep): Output['act'] | undefined {
  return 'do' in shown && shown.act !== 'presence' ? shown.act : undefined;
}

/** What a step that happened so is signed as. */
export function stepFor({ crypto, opening }: Ground, ledger: Ledger, happened: Happened): CeremonyStep {
  return makeStep(crypto, opening, ledger.steps, shownAt(ledger), happened);
}

/** Those who have not signed what was said. */
export function missingOf(ledger: Ledger): Role[] {
  const { step, signatures } = ledger.current;
  if (step === null) return [];
  const signed = new Set(signatures.map(({ role }) => role));
  return signersFor(shownAt(ledger), step.did).filter((role) => !signed.has(role));
}

/** The ground with the decided version in the chain. */
function groundOf(ground: Ground, decided: Decided | null): Ground {
  return decided === null ? ground : { ...ground, trust: trustWith(ground.crypto, ground.trust, decided) };
}

/** What is decided is looked at before anybody signs it: the right change, of people who still stand there, of now. */
function checkDraft(ground: Ground, ledger: Ledger, { directory }: PlanOf<'decide-directory'>): void {
  const { crypto, trust, opening } = ground;
  const fresh = ledger.made['generate-key'];
  if (!fresh) throw turn('no key was made');
  const before = trust.at(directory.previous ?? '');
  checkStillThere(crypto, trust.at(opening.directory), before, opening.people);
  const wanted = rotated(crypto, before, opening, fresh, directory.issuedAt);
  if (digestOf(crypto, wanted) !== digestOf(crypto, directory))
    throw new Refusal('ceremony_output', 'decide-directory: the version changes something else');
  const last = lastTime(ground, ledger);
  if (compareTimes(directory.issuedAt, last) < 0)
    throw new Refusal('ceremony_clock', `${directory.issuedAt}, after ${last}`);
}

/** The newest time that the ceremony has told so far. */
export function lastTime({ opening }: Ground, { steps, current }: Ledger): string {
  if (current.plan?.act === 'decide-directory') return current.plan.directory.issuedAt;
  return steps.at(-1)?.step.at ?? opening.openedAt;
}

function begun(ground: Ground, ledger: Ledger, plan: Plan): Ledger {
  const { current } = ledger;
  if (actOf(shownAt(ledger)) !== plan.act) throw turn(`${plan.act} is not what the step does`);
  if (current.output !== null || current.step !== null) throw turn(`${plan.act} was done`);
  // a key is planned once, or two would be made; a version may be decided again when another came into force
  if (current.plan !== null && plan.act !== 'decide-directory') throw turn(`${plan.act} was begun`);
  if (plan.act === 'decide-directory') checkDraft(ground, ledger, plan);
  return { ...ledger, current: { ...nothing, plan } };
}

function voiced({ crypto, trust }: Ground, ledger: Ledger, signature: DirectorySignature): Ledger {
  const { plan, voices, output } = ledger.current;
  if (plan?.act !== 'decide-directory' || output !== null) throw turn('no version is being decided');
  if (voices.some(({ officer }) => officer === signature.officer))
    throw turn(`${signature.officer} signed the version`);
  voiceOf(crypto, trust.at(plan.directory.previous ?? ''), plan.directory, signature);
  return { ...ledger, current: { ...ledger.current, voices: [...voices, signature] } };
}

function checkPlanned({ crypto }: Ground, plan: Plan, output: Output): void {
  const fail = (why: string) => new Refusal('ceremony_output', `${output.act}: ${why}`);
  if (plan.act === 'generate-key' && output.act === 'generate-key' && idIn(output.name) !== plan.id)
    throw fail('the key has another CKA_ID than was planned');
  if (plan.act === 'decide-directory' && output.act === 'decide-directory')
    if (output.digest !== digestOf(crypto, plan.directory)) throw fail('another version than was planned');
}

function made(ground: Ground, ledger: Ledger, output: Output): Ledger {
  const { current } = ledger;
  const { plan, voices } = current;
  if (actOf(shownAt(ledger)) !== output.act) throw turn(`${output.act} is not what the step does`);
  if (current.output !== null || current.step !== null) throw turn(`${output.act} was done`);
  if (output.act !== 'read-words' && plan?.act !== output.act) throw turn(`${output.act} was not begun`);
  if (plan !== null) checkPlanned(ground, plan, output);
  const decided = plan?.act === 'decide-directory' ? { directory: plan.directory, voices } : ledger.decided;
  const at = lastTime(ground, ledger);
  const step = stepFor(ground, ledger, { did: 'done', reason: '', output, at });
  checkOutput(groundOf(ground, decided), ledger.made, step, output);
  return { ...ledger, decided, current: { ...current, output } };
}

function said(ground: Ground, ledger: Ledger, step: CeremonyStep): Ledger {
  const { current, steps } = ledger;
  const shown = shownAt(ledger);
  if (current.step !== null) throw turn('something else waits to be signed');
  checkShown(ground.crypto, ground.opening, steps, shown, step);
  if (digestOf(ground.crypto, [step.output]) !== digestOf(ground.crypto, [current.output]))
    throw turn(`${step.step}: another output than was made`);
  move(ground.opening.script, shown, step);
  checkHas(shown, step);
  checkIssued(groundOf(ground, ledger.decided), step);
  return { ...ledger, current: { ...current, step } };
}

function unsaid(ledger: Ledger): Ledger {
  const { current } = ledger;
  if (current.step === null) throw turn('nothing waits to be signed');
  if (current.signatures.length > 0) throw turn('somebody signed it');
  return { ...ledger, current: { ...current, step: null } };
}

function signed(ground: Ground, ledger: Ledger, signature: StepSignature): Ledger {
  const { current, steps } = ledger;
  const { step } = current;
  const { crypto, trust, opening } = ground;
  if (step === null) throw turn('nothing waits to be signed');
  if (!missingOf(ledger).includes(signature.role)) throw turn(`${signature.role} does not sign it now`);
  checkSignature(crypto, trust.at(opening.directory), opening, step, signature);
  const next = { ...ledger, current: { ...current, signatures: [...current.signatures, signature] } };
  if (missingOf(next).length > 0) return next;
  const roles = signersFor(shownAt(ledger), step.did);
  const signatures = roles.flatMap((role) => next.current.signatures.filter((one) => one.role === role));
  const sealed = { step, signatures };
  const on = checkNext(groundOf(ground, ledger.decided), steps, ledger.place, ledger.made, sealed);
  return { ...next, ...on, steps: [...steps, sealed], current: nothing };
}

/**
 * One line on. Throws Refusal `ceremony_turn` for one that is not its turn, else with what does not hold of it
 * (`ceremony_*`, `directory_*`, `device_proof`).
 */
export function advance(ground: Ground, ledger: Ledger, line: StepLine): Ledger {
  if (line.n !== ledger.steps.length) throw turn(`step ${line.n}, ${ledger.steps.length} is next`);
  switch (line.line) {
    case 'begun':
      return begun(ground, ledger, line.plan);
    case 'voice':
      return voiced(ground, ledger, line.signature);
    case 'made':
      return made(ground, ledger, line.output);
    case 'said':
      return said(ground, ledger, line.step);
    case 'unsaid':
      return unsaid(ledger);
    case 'signature':
      return signed(ground, ledger, line.signature);
  }
}
