// Ceremonies as the window shows them: scripts, those on this machine, and one of them as it stands, step by step.
import { z } from 'zod';
import { Act as ScriptAct, Role } from '../../core/ceremony/script.ts';
import { Did, Kind } from '../../core/ceremony/step.ts';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { Fault, Revision } from './call.ts';
import { Spoken } from './review.ts';

const Text = z.string().max(600);
const Reason = z.string().max(2000);
const Token = z.string().min(1).max(16);

/** One row of what a step says, as core/ceremony/text.ts reads it from what devices sign. `small`: for machines, not for eyes. */
export const CeremonyLine = z.strictObject({
  name: z.string().max(64),
  value: z.string().max(100_000),
  small: z.boolean(),
});
export type CeremonyLine = z.infer<typeof CeremonyLine>;
const Lines = z.array(CeremonyLine).max(200);

/** What the version that a step decides changes; a difference as rooms.ts has it, which imports nothing of this. */
const Changes = z
  .array(
    z.strictObject({
      code: z.string().max(64),
      facts: z.record(z.string().max(64), z.string().max(100_000)),
    }),
  )
  .max(2000);

/** One entry of a script, in its order. `signers`: who must sign it, in which order. */
export const ScriptEntry = z.discriminatedUnion('entry', [
  z.strictObject({
    entry: z.literal('do'),
    step: Id,
    role: Role,
    act: ScriptAct.nullable(),
    text: Text,
    see: z.array(Text).max(8),
    signers: z.array(Role).max(3),
  }),
  z.strictObject({
    entry: z.literal('if'),
    step: Id,
    role: Role,
    text: Text,
    see: z.array(Text).max(8),
    signers: z.array(Role).max(3),
    yes: Id,
    no: Id,
  }),
  z.strictObject({ entry: z.literal('go-to'), to: Id }),
  z.strictObject({
    entry: z.literal('end'),
    step: Id,
    text: Text,
    outcome: z.enum(['done', 'abandoned']),
  }),
]);
export type ScriptEntry = z.infer<typeof ScriptEntry>;

/** A script that this build brings. */
export const ScriptCard = z.strictObject({
  name: Id,
  version: z.int(),
  title: Text,
  purpose: Text,
  digest: Spoken,
  entries: z.array(ScriptEntry).max(64),
});
export type ScriptCard = z.infer<typeof ScriptCard>;

/** An officer who could take part. `changes`: whether they may change the directory, as operator and custodian must. */
export const Candidate = z.strictObject({
  officer: Id,
  name: z.string().max(100),
  changes: z.boolean(),
  devices: z.array(z.strictObject({ device: Id, kind: z.enum(['security-key', 'hsm']) })).max(32),
});
export type Candidate = z.infer<typeof Candidate>;

/** A ceremony in a line. `step`: where it waits; null once it has ended. `at` is `broken` when its folder does not hold. */
export const CeremonyRow = z.strictObject({
  /** Grows with every change of this ceremony: what was shown of it is old then. */
  revision: Revision,
  ceremony: Ulid,
  kind: Kind,
  title: Text,
  openedAt: Time,
  at: z.enum(['running', 'done', 'abandoned', 'stopped', 'broken']),
  step: Id.nullable(),
  sealed: z.int(),
  fault: Fault.nullable(),
});
export type CeremonyRow = z.infer<typeof CeremonyRow>;

/**
 * The room. `real` and `rehearsal`: why one of this kind cannot be begun now; null where it can. `keys`: those that may be
 * replaced; `tokens`: HSMs that this machine sees now.
 */
export const Ceremonies = z.strictObject({
  revision: Revision,
  scripts: z.array(ScriptCard).max(64),
  list: z.array(CeremonyRow).max(500),
  people: z.array(Candidate).max(500),
  keys: z.array(KeyName).max(500),
  tokens: z.array(z.strictObject({ serial: Token, label: z.string().max(512) })).max(64),
  real: Fault.nullable(),
  rehearsal: Fault.nullable(),
});
export type Ceremonies = z.infer<typeof Ceremonies>;

const Signed = z.strictObject({ role: Role, officer: Id, device: Id });

/** A step that everybody signed. `digest` is the sealed step's, which the next one names. */
const Sealed = z.strictObject({
  n: z.int(),
  step: Id,
  did: Did,
  reason: Reason,
  at: Time,
  lines: Lines,
  signatures: z.array(Signed).max(3),
  digest: Digest,
});
export type SealedShown = z.infer<typeof Sealed>;

/** What was done and waits for signatures: exactly what the devices will sign. `turn`: who signs next. */
const Pending = z.strictObject({
  n: z.int(),
  step: Id,
  did: Did,
  reason: Reason,
  at: Time,
  lines: Lines,
  changes: Changes,
  digest: Spoken,
  signed: z.array(Role).max(3),
  missing: z.array(Role).max(3),
});
export type PendingShown = z.infer<typeof Pending>;

/**
 * One ceremony as it stands. `may.say`: what can be said of the step now. `lacks`: an exception leaves the step without what
 * its act would have made. `undone`: an act failed, or the app ended within it; `act` takes it up again.
 */
export const CeremonyShown = z.strictObject({
  revision: Revision,
  ceremony: Ulid,
  kind: Kind,
  script: ScriptCard,
  openedAt: Time,
  key: KeyName,
  token: Token,
  overlapDays: z.int(),
  people: z.array(z.strictObject({ ...Signed.shape, name: z.string().max(100) })).length(3),
  steps: z.array(Sealed).max(1000),
  place: z.discriminatedUnion('at', [
    z.strictObject({ at: z.literal('step'), step: Id }),
    z.strictObject({
      at: z.literal('end'),
      step: Id,
      outcome: z.enum(['done', 'abandoned']),
      text: Text,
    }),
    z.strictObject({ at: z.literal('stopped'), reason: Reason }),
  ]),
  acting: z.boolean(),
  undone: Fault.nullable(),
  pending: Pending.nullable(),
  may: z.strictObject({
    act: z.boolean(),
    say: z.array(Did).max(5),
    unsay: z.boolean(),
    sign: Role.nullable(),
    lacks: z.boolean(),
  }),
  /** What was read aloud at the end; null before. */
  words: Spoken.nullable(),
});
export type CeremonyShown = z.infer<typeof CeremonyShown>;

const person = z.strictObject({ role: Role, officer: Id, device: Id });

/** Begins one. A rehearsal brings its own people, keys and HSM: nothing of it is real. */
export const BeginCeremony = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('real'),
    script: Digest,
    key: KeyName,
    token: Token,
    overlapDays: z.int().min(1).max(3650),
    people: z.array(person).length(3),
  }),
  z.strictObject({
    kind: z.literal('rehearsal'),
    script: Digest,
    overlapDays: z.int().min(1).max(3650),
  }),
]);
export type BeginCeremony = z.infer<typeof BeginCeremony>;

export const CeremonyId = z.strictObject({ ceremony: Ulid });
export const Say = z.strictObject({ ceremony: Ulid, did: Did, reason: Reason });
export const SignAs = z.strictObject({ ceremony: Ulid, role: Role });

/** What a verification of the transcript found: an outcome, or the fault that names the first step that does not hold. */
export const CeremonyChecked = z.strictObject({
  outcome: z.enum(['done', 'abandoned', 'stopped']).nullable(),
  steps: z.int(),
  signatures: z.int(),
  exceptions: z.int(),
  newKey: KeyName.nullable(),
  directory: z.int().nullable(),
  fault: Fault.nullable(),
});
export type CeremonyChecked = z.infer<typeof CeremonyChecked>;

/** The transcript for people, as it is printed. */
export const CeremonyText = z.strictObject({ text: z.string().max(2_000_000) });

const does = z.discriminatedUnion('does', [
  /** Signs what was done in the step, as it will stand in the transcript. */
  z.strictObject({
    does: z.literal('sign'),
    did: Did,
    reason: Reason,
    lines: Lines,
    /** Of the version that is decided, if the step decides one. */
    changes: Changes,
    digest: Spoken,
    signed: z.array(Role).max(3),
    missing: z.array(Role).max(3),
  }),
  /** Has the HSM make a key, or sign with one. */
  z.strictObject({
    does: z.literal('use-hsm'),
    act: z.enum(['generate-key', 'prove-possession', 'endorse-key']),
    lines: Lines,
  }),
  /** Signs the next version of the directory. */
  z.strictObject({
    does: z.literal('directory'),
    version: z.int(),
    digest: Spoken,
    changes: Changes,
  }),
]);

/** What a device, or the HSM, does within a ceremony: everything that must be seen before the PIN. */
export const CeremonyPurpose = z.strictObject({
  purpose: z.literal('ceremony'),
  kind: Kind,
  ceremony: Ulid,
  script: z.strictObject({ name: Id, version: z.int(), title: Text, digest: Digest }),
  n: z.int(),
  step: Id,
  text: Text,
  see: z.array(Text).max(8),
  role: Role,
  officer: Id,
  name: z.string().max(100),
  what: does,
});
export type CeremonyPurpose = z.infer<typeof CeremonyPurpose>;
