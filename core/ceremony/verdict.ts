// What a verified ceremony comes to.
import type { Directory } from '../directory/directory.ts';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import type { Kind, SealedStep } from './step.ts';
import { kindOf, type Person } from './transcript.ts';
import { isIn, type Ground, type Made } from './verify-outputs.ts';
import type { Place } from './walk.ts';

/** A version that the ceremony's quorum signed; `inForce`: the verifier's chain has it. */
export interface Decided {
  readonly version: number;
  readonly digest: string;
  readonly notAfter: string;
  readonly inForce: boolean;
}

/**
 * What was found true. `exceptions` are what was done otherwise, signed by everybody. `key` is the key that was to be
 * replaced, `newKey` the one that took its place by a version that is in the chain; null where none did, whatever was made.
 * `opened` is the version under which it was opened, `directory` the newest that the verifier has, `checkpoint` the size of
 * the newest log that the transcript shows, `cosigners` its witnesses.
 */
export interface CeremonyVerdict {
  readonly kind: Kind;
  readonly environment: Directory['environment'];
  readonly ceremony: string;
  readonly script: { readonly name: string; readonly version: number; readonly digest: string };
  readonly outcome: 'done' | 'abandoned' | 'stopped';
  readonly why: string;
  readonly people: readonly Person[];
  readonly exceptions: readonly { readonly n: number; readonly step: string; readonly reason: string }[];
  readonly key: string;
  readonly newKey: string | null;
  readonly decided: Decided | null;
  readonly made: Made;
  readonly opened: number;
  readonly directory: number;
  readonly checkpoint: number;
  readonly cosigners: readonly string[];
}

function ended(place: Place, steps: number): Pick<CeremonyVerdict, 'outcome' | 'why'> {
  if (place.at === 'stopped') return { outcome: 'stopped', why: place.reason };
  if (place.at === 'end') return { outcome: place.end.outcome, why: place.end.text };
  const next = 'do' in place.step ? place.step.do : place.step.if;
  throw new Refusal('ceremony_incomplete', `it stops after ${steps} steps; ${next} is next`);
}

function decidedIn(ground: Ground, made: Made): Decided | null {
  const decided = made['decide-directory'];
  if (!decided) return null;
  const { version, digest, notAfter } = decided;
  return { version, digest, notAfter, inForce: isIn(ground, decided) };
}

/** The newest log of the transcript: after the publication, else that of the opening. Each was checked in its place. */
function logIn(
  { crypto, trust, opening }: Ground,
  made: Made,
): Pick<CeremonyVerdict, 'checkpoint' | 'cosigners'> {
  const after = made['publish-directory'];
  const { digest, checkpoint } = after ?? { digest: opening.directory, checkpoint: opening.checkpoint };
  const { size, cosigners } = openCheckpoint(crypto, trust.at(digest), checkpoint);
  return { checkpoint: size, cosigners: cosigners.map(({ name }) => name) };
}

/** The verdict on steps that all held. Throws Refusal `ceremony_incomplete` where they come to no end. */
export function verdictOf(
  ground: Ground,
  steps: readonly SealedStep[],
  place: Place,
  made: Made,
): CeremonyVerdict {
  const { crypto, trust, opening } = ground;
  const { script } = opening;
  const { environment, version: opened } = trust.at(opening.directory);
  const decided = decidedIn(ground, made);
  return {
    kind: kindOf(opening),
    environment,
    ceremony: opening.ceremony,
    script: { name: script.name, version: script.version, digest: digestOf(crypto, script) },
    ...ended(place, steps.length),
    people: opening.people,
    exceptions: steps.flatMap(({ step }) =>
      step.did === 'exception' ? [{ n: step.n, step: step.step, reason: step.reason }] : [],
    ),
    key: opening.key,
    newKey: (decided?.inForce ? made['generate-key']?.name : undefined) ?? null,
    decided,
    made,
    opened,
    directory: trust.latest.version,
    ...logIn(ground, made),
  };
}
