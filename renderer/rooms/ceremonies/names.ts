// How steps, roles and keys of a ceremony are called, and how a line's value is drawn.
import { HardDrive, PenLine, Eye, type LucideIcon } from 'lucide-react';
import type { CeremonyRow, CeremonyShown, ScriptEntry } from '../../../contract/ipc/ceremony.ts';
import type { Role } from '../../../core/ceremony/script.ts';
import type { Tone } from '../../ui/tone.ts';

export const roleIcons: Readonly<Record<Role, LucideIcon>> = {
  operator: PenLine,
  custodian: HardDrive,
  witness: Eye,
};

/** A step's id as a heading: `check-hsm` is `Check HSM`. Scripts name their steps in English. */
export function stepName(step: string): string {
  const words = step.replaceAll('-', ' ').replaceAll(/\bhsm\b/g, 'HSM');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

export type Acted = Extract<ScriptEntry, { entry: 'do' | 'if' }>;

/** The entry of this name that people act in. */
export function actedIn(entries: readonly ScriptEntry[], step: string): Acted | null {
  const found = entries.find((one) => one.entry !== 'go-to' && one.step === step);
  return found && (found.entry === 'do' || found.entry === 'if') ? found : null;
}

/** Where an entry stands in what happened. `passed`: the way led around it. */
export type EntryState = 'sealed' | 'now' | 'ahead' | 'passed';

/** The state of each entry of the script, in its order. */
export function statesOf({ script, steps, place }: CeremonyShown): EntryState[] {
  const at =
    place.at === 'stopped'
      ? -1
      : script.entries.findIndex((one) => one.entry !== 'go-to' && one.step === place.step);
  return script.entries.map((entry, index) => {
    if (entry.entry !== 'go-to' && steps.some(({ step }) => step === entry.step)) return 'sealed';
    if (index === at) return 'now';
    if (place.at !== 'step') return 'passed';
    return index < at ? 'passed' : 'ahead';
  });
}

/** How many steps people act in, for "step 4 of 9". */
export const countOf = (entries: readonly ScriptEntry[]): number =>
  entries.filter(({ entry }) => entry === 'do' || entry === 'if').length;

export const rowTones: Readonly<Record<CeremonyRow['at'], Tone>> = {
  running: 'accent',
  done: 'ok',
  abandoned: 'neutral',
  stopped: 'warn',
  broken: 'danger',
};
