// Where a ceremony stands: from its script and what was done so far.
import { Refusal } from '../fault/fault.ts';
import { excusable, placeNamed, type DoStep, type EndStep, type IfStep, type Script } from './script.ts';
import type { CeremonyStep, Did } from './step.ts';

/** At a step that waits to be done, at one of the script's ends, or stopped by the people. */
export type Place =
  | { readonly at: 'step'; readonly step: DoStep | IfStep }
  | { readonly at: 'end'; readonly end: EndStep }
  | { readonly at: 'stopped'; readonly reason: string };

/** Follows GO TOs from an entry on. A circle of GO TOs alone is none: parseScript saw that every way ends. */
function settle(script: Script, from: number): Place {
  let at = from;
  for (;;) {
    const entry = script.steps[at];
    if (!entry) throw new Refusal('ceremony_script', 'past the last entry');
    if ('end' in entry) return { at: 'end', end: entry };
    if (!('go to' in entry)) return { at: 'step', step: entry };
    at = placeNamed(script, entry['go to']);
  }
}

/** The first place. */
export const start = (script: Script): Place => settle(script, 0);

/** What may be said of a step. */
export function answersTo(step: DoStep | IfStep): Did[] {
  return 'if' in step ? ['yes', 'no', 'stopped'] : ['done', 'exception', 'stopped'];
}

/** Whether a step may be left without its output, by exception. */
export function mayLack(step: DoStep | IfStep): boolean {
  return 'if' in step || step.act === undefined || excusable.includes(step.act);
}

/** The place after this happened in a step. Throws Refusal `ceremony_step` for what cannot be said of it. */
export function move(
  script: Script,
  step: DoStep | IfStep,
  happened: Pick<CeremonyStep, 'did' | 'reason'>,
): Place {
  const { did, reason } = happened;
  const name = 'do' in step ? step.do : step.if;
  if (!answersTo(step).includes(did)) throw new Refusal('ceremony_step', `${name}: ${did}`);
  const odd = did === 'exception' || did === 'stopped';
  if (odd ? reason.trim() === '' : reason !== '') throw new Refusal('ceremony_step', `${name}: reason`);
  if (did === 'stopped') return { at: 'stopped', reason };
  if ('if' in step) return settle(script, placeNamed(script, did === 'yes' ? step.yes : step.no));
  return settle(script, placeNamed(script, step.do) + 1);
}

/** Where it stands after these steps. Throws Refusal `ceremony_order` for a step that was not the next. */
export function placeAfter(script: Script, steps: readonly CeremonyStep[]): Place {
  let place = start(script);
  for (const happened of steps) {
    const expected = place.at === 'step' ? ('do' in place.step ? place.step.do : place.step.if) : 'the end';
    if (place.at !== 'step' || expected !== happened.step)
      throw new Refusal('ceremony_order', `step ${happened.n}: ${happened.step} where ${expected} was next`);
    place = move(script, place.step, happened);
  }
  return place;
}
