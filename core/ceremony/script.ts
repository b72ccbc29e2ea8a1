// A ceremony's script: its form and its rules, checked together.
import { Refusal } from '../fault/fault.ts';
import { parseAs } from '../json/schema.ts';
import { Script, nameOf } from './script-form.ts';
import { flawOf, placeOf, type Flaw } from './script-rules.ts';

export * from './script-form.ts';
export { flawOf, type Flaw } from './script-rules.ts';

/** The place of the entry with this name. Throws Refusal `ceremony_script`. */
export function placeNamed(script: Script, name: string): number {
  const found = placeOf(script, name);
  if (found < 0) throw new Refusal('ceremony_script', `no step ${name}`);
  return found;
}

/** A flaw with the step that it is in. */
export function tellFlaw({ steps }: Script, { at, why }: Flaw): string {
  if (at === undefined) return why;
  const entry = steps[at];
  return `${(entry && nameOf(entry)) ?? `entry ${at + 1}`}: ${why}`;
}

/**
 * A script, checked: names once, every way leads somewhere and to an END, no act around what it needs. Throws Refusal
 * `ceremony_script` (`schema` for another form) that names the step.
 */
export function parseScript(value: unknown): Script {
  const script = parseAs(Script, value);
  const flaw = flawOf(script);
  if (flaw) throw new Refusal('ceremony_script', tellFlaw(script, flaw));
  return script;
}
