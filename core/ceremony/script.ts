// A ceremony's script: steps in DO, IF, GO TO and END, each bound to a role, each with what must be seen.
import { z } from 'zod';
import { Refusal } from '../fault/fault.ts';
import { parseAs } from '../json/schema.ts';
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

/** The acts that must have been done before, on every way. */
export const needs: Readonly<Record<Act, readonly Act[]>> = {
  presence: [],
  'check-hsm': [],
  'generate-key': ['presence'],
  'prove-possession': ['generate-key'],
  'endorse-key': ['generate-key'],
  'decide-directory': ['prove-possession'],
  'publish-directory': ['decide-directory'],
  'read-words': ['presence'],
};

/** Acts that a signed exception may leave out; what rests on the others would rest on nothing. */
export const excusable: readonly Act[] = ['check-hsm', 'endorse-key'];

const Text = z
  .string()
  .min(1)
  .max(600)
  .refine((text) => !hasHiddenText(text), 'hidden characters');
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

const GoToStep = z.strictObject({ 'go to': Id });

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

const invalid = (why: string): Refusal => new Refusal('ceremony_script', why);

/** The place of the entry with this name. Throws Refusal `ceremony_script`. */
export function placeNamed({ steps }: Script, name: string): number {
  const found = steps.findIndex((entry) => nameOf(entry) === name);
  if (found < 0) throw invalid(`no step ${name}`);
  return found;
}

/** The places that may follow a place, GO TOs not yet followed. */
function after(script: Script, at: number): number[] {
  const entry = script.steps[at];
  if (!entry || 'end' in entry) return [];
  if ('if' in entry) return [placeNamed(script, entry.yes), placeNamed(script, entry.no)];
  return ['go to' in entry ? placeNamed(script, entry['go to']) : at + 1];
}

/** Every place that can be reached from the first, without passing through those for which `closed` holds. */
function reached(script: Script, closed: (entry: Entry) => boolean = () => false): Set<number> {
  const found = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entry = script.steps[at];
    if (!entry || found.has(at) || closed(entry)) continue;
    found.add(at);
    open.push(...after(script, at));
  }
  return found;
}

function checkNames({ steps }: Script): void {
  const names = steps.flatMap((entry) => nameOf(entry) ?? []);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw invalid(`${twice} stands twice`);
}

function checkSigners({ steps }: Script): void {
  for (const entry of steps) {
    if (!('do' in entry) || !entry.signers) continue;
    const { signers, role } = entry;
    if (new Set(signers).size !== signers.length) throw invalid(`${entry.do}: a signer twice`);
    if (!signers.includes(role) || !signers.includes('witness'))
      throw invalid(`${entry.do}: its own role and the witness sign every step`);
  }
}

/** Every GO TO must lead to a step, and every step to an END. */
function checkWays(script: Script): void {
  const all = reached(script);
  script.steps.forEach((entry, at) => {
    const what = nameOf(entry) ?? `entry ${at + 1}`;
    if (!all.has(at)) throw invalid(`${what} cannot be reached`);
    if (after(script, at).some((next) => next >= script.steps.length))
      throw invalid(`${what} leads past the last entry`);
  });
  const ending = new Set(script.steps.flatMap((entry, at) => ('end' in entry ? [at] : [])));
  for (let grew = true; grew;) {
    const more = script.steps.flatMap((_, at) =>
      !ending.has(at) && after(script, at).some((next) => ending.has(next)) ? [at] : [],
    );
    for (const at of more) ending.add(at);
    grew = more.length > 0;
  }
  script.steps.forEach((entry, at) => {
    if (!ending.has(at)) throw invalid(`${nameOf(entry) ?? `entry ${at + 1}`} never comes to an END`);
  });
}

const does =
  (act: Act) =>
  (entry: Entry): boolean =>
    'do' in entry && entry.act === act;

/** An act that needs another must not be reachable around it; what was done is read aloud before it counts as done. */
function checkNeeds(script: Script): void {
  for (const act of Act.options) {
    const [twice] = script.steps.filter(does(act)).slice(1);
    if (twice) throw invalid(`${act} stands in two steps`);
    for (const need of needs[act]) {
      const around = reached(script, does(need));
      if ([...around].some((at) => does(act)(script.steps[at] as Entry)))
        throw invalid(`${act} can be reached without ${need}`);
    }
  }
  const unread = reached(script, does('read-words'));
  for (const at of unread) {
    const entry = script.steps[at];
    if (entry && 'end' in entry && entry.outcome === 'done')
      throw invalid(`${entry.end} can be reached without read-words`);
  }
  const made = script.steps.some(does('generate-key'));
  const unpublished = reached(script, does('publish-directory'));
  const idle = [...unpublished].find((at) => {
    const entry = script.steps[at];
    return entry !== undefined && 'end' in entry && entry.outcome === 'done';
  });
  if (made && idle !== undefined) throw invalid('it makes a key and can be done without publishing it');
}

/**
 * A script, checked: names once, every way leads somewhere and to an END, no act around what it needs. Throws Refusal
 * `ceremony_script` (`schema` for another form) that names the step.
 */
export function parseScript(value: unknown): Script {
  const script = parseAs(Script, value);
  checkNames(script);
  checkSigners(script);
  checkWays(script);
  checkNeeds(script);
  return script;
}
