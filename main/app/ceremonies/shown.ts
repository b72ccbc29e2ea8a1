// From a ceremony as it stands to what the window shows of it: whose turn it is, and what may be said.
import type {
  CeremonyRow,
  CeremonyShown,
  PendingShown,
  ScriptCard,
  ScriptEntry,
  SealedShown,
} from '../../../contract/ipc/ceremony.ts';
import {
  signersOf,
  type DoStep,
  type Entry,
  type IfStep,
  type Script,
} from '../../../core/ceremony/script.ts';
import { answersTo, mayLack } from '../../../core/ceremony/walk.ts';
import { linesOf } from '../../../core/ceremony/text.ts';
import type { SealedStep } from '../../../core/ceremony/step.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { digestOf } from '../../../core/json/digest.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import type { CeremonyState } from '../../../ceremony/ports.ts';
import { beginning, faultOf, spoken } from '../snapshots/common.ts';

function entryOf(entry: Entry): ScriptEntry {
  if ('go to' in entry) return { entry: 'go-to', to: entry['go to'] };
  if ('end' in entry) return { entry: 'end', step: entry.end, text: entry.text, outcome: entry.outcome };
  const shown = { role: entry.role, text: entry.text, see: [...entry.see], signers: signersOf(entry) };
  if ('do' in entry) return { entry: 'do', step: entry.do, act: entry.act ?? null, ...shown };
  return { entry: 'if', step: entry.if, yes: entry.yes, no: entry.no, ...shown };
}

/** A script with its digest. */
export function cardOf(crypto: Crypto, script: Script): ScriptCard {
  const { name, version, title, purpose, steps } = script;
  const digest = spoken(digestOf(crypto, script));
  return { name, version, title, purpose, digest, entries: steps.map(entryOf) };
}

/** The name of a step that people act in. */
export const nameOfStep = (step: DoStep | IfStep): string => ('do' in step ? step.do : step.if);

function sealedOf(crypto: Crypto, sealed: SealedStep): SealedShown {
  const { n, step, did, reason, at } = sealed.step;
  const signatures = sealed.signatures.map(({ role, officer, device }) => ({ role, officer, device }));
  return {
    n,
    step,
    did,
    reason,
    at,
    lines: linesOf(sealed.step),
    signatures,
    digest: digestOf(crypto, sealed),
  };
}

function pendingOf(
  { crypto, changesOf }: Showing,
  { pending, deciding }: CeremonyState,
): PendingShown | null {
  if (!pending) return null;
  const { n, step, did, reason, at } = pending.step;
  const { signed, missing } = pending;
  const digest = spoken(digestOf(crypto, pending.step));
  return {
    n,
    step,
    did,
    reason,
    at,
    lines: linesOf(pending.step),
    changes: deciding === null ? [] : changesOf(deciding),
    digest,
    signed: [...signed],
    missing: [...missing],
  };
}

const placeOf = ({ place }: CeremonyState): CeremonyShown['place'] => {
  if (place.at === 'step') return { at: 'step', step: nameOfStep(place.step) };
  if (place.at === 'stopped') return { at: 'stopped', reason: place.reason };
  const { end: step, outcome, text } = place.end;
  return { at: 'end', step, outcome, text };
};

/** What the people may do now. `busy`: something of this ceremony runs, or waits in the authorize document. */
export function mayOf({ place, pending, acting }: CeremonyState, busy: boolean): CeremonyShown['may'] {
  const nothing = { act: false, say: [], unsay: false, sign: null, lacks: false };
  if (place.at !== 'step' || acting) return nothing;
  if (pending) {
    const { signed, missing } = pending;
    return { ...nothing, unsay: signed.length === 0 && !busy, sign: missing[0] ?? null };
  }
  if (busy) return nothing;
  const { step } = place;
  const act = 'do' in step && step.act !== undefined;
  const say = answersTo(step).filter((did) => !(act && did === 'done'));
  return { ...nothing, act, say, lacks: act && step.act !== 'presence' && mayLack(step) };
}

function wordsRead({ steps, pending }: CeremonyState): CeremonyShown['words'] {
  const outputs = [...steps.map(({ step }) => step), ...(pending ? [pending.step] : [])].map((s) => s.output);
  const read = outputs.findLast((output) => output?.act === 'read-words');
  return read?.act === 'read-words' ? { digest: read.digest, words: [...read.words] } : null;
}

/** What it is shown with. `nameOf`: an officer's name by the directory of the opening. */
export interface Showing {
  readonly crypto: Crypto;
  readonly revision: number;
  readonly busy: boolean;
  readonly nameOf: (officer: string) => string;
  /** What this version changes. */
  readonly changesOf: (next: Directory) => PendingShown['changes'];
}

/** The whole of it. */
export function shownOf(showing: Showing, state: CeremonyState): CeremonyShown {
  const { crypto, revision, busy, nameOf } = showing;
  const { opening, steps, kind, undone } = state;
  const { ceremony, script, openedAt, key, token, overlapDays, people } = opening;
  return {
    revision,
    ceremony,
    kind,
    script: cardOf(crypto, script),
    openedAt,
    key,
    token,
    overlapDays,
    people: people.map((person) => ({ ...person, name: beginning(nameOf(person.officer), 100) })),
    steps: steps.slice(0, 1000).map((sealed) => sealedOf(crypto, sealed)),
    place: placeOf(state),
    acting: state.acting || busy,
    undone: undone && faultOf(undone),
    pending: pendingOf(showing, state),
    may: mayOf(state, busy),
    words: wordsRead(state),
  };
}

/** It in a line. */
export function rowOf(revision: number, { opening, kind, place, steps }: CeremonyState): CeremonyRow {
  const { ceremony, script, openedAt } = opening;
  const at = place.at === 'step' ? 'running' : place.at === 'stopped' ? 'stopped' : place.end.outcome;
  const step = place.at === 'step' ? nameOfStep(place.step) : null;
  return {
    revision,
    ceremony,
    kind,
    title: script.title,
    openedAt,
    at,
    step,
    sealed: steps.length,
    fault: null,
  };
}
