// A proposal: the next version of the directory, looked at before its quorum is complete; who signed it, and who is missing.
import { z } from 'zod';
import { SealedEnrolment, verifyEnrolment } from '../decision/enrolment.ts';
import { checkDistinct, checkEligible, missing, type Voice } from '../decision/quorum.ts';
import { describeChange, weighty, type Change } from '../directory/changes.ts';
import { Directory, parseDirectory, type Device } from '../directory/directory.ts';
import { keyFor, keyNamed, officerOf } from '../directory/lookup.ts';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Id } from '../name/names.ts';
import { viewVersions } from '../review/view.ts';
import { DirectorySignature, checkFollows, voiceOf, type Trust } from './chain.ts';

export const PROPOSAL_TYPE = 'https://stella.ops/signer/directory-proposal/v1';

/**
 * The next version as somebody proposes it. What devices sign is the directory in it, by whose digest the proposal goes;
 * `signatures` begins with the proposer's own. `enrolments` holds one for each device that is new or has another key.
 */
export const Proposal = z.strictObject({
  _type: z.literal(PROPOSAL_TYPE),
  directory: Directory,
  enrolments: z.array(SealedEnrolment).max(16),
  proposedBy: Id,
  signatures: z.array(DirectorySignature).max(16),
});
export type Proposal = z.infer<typeof Proposal>;

/** A proposal that was checked: what it changes, who signed, how many are missing by the rule of the version in force. */
export interface ProposalState {
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly signed: readonly { readonly officer: string; readonly device: string }[];
  readonly missing: number;
}

/** Every device with its officer, as far as it has to prove itself: one that moves to another officer is new there. */
function devicesOf(directory: Directory): { officer: string; device: Device }[] {
  return directory.officers.flatMap(({ id, devices }) => devices.map((device) => ({ officer: id, device })));
}

/** The devices of `next` whose holder must show that they have them: new ones, and those whose key or credential changed. */
export function unproven(before: Directory, next: Directory): { officer: string; device: Device }[] {
  const credential = (device: Device) => (device.kind === 'security-key' ? device.credentialId : device.uri);
  const known = new Set(
    devicesOf(before).map(({ officer, device }) => `${officer} ${device.key.spki} ${credential(device)}`),
  );
  return devicesOf(next).filter(
    ({ officer, device }) => !known.has(`${officer} ${device.key.spki} ${credential(device)}`),
  );
}

function checkEnrolments(crypto: Crypto, trust: Trust, next: Directory, given: Proposal['enrolments']): void {
  const rest = [...given];
  for (const { officer, device } of unproven(trust.latest, next)) {
    const at = rest.findIndex(
      ({ enrolment }) =>
        enrolment.officer === officer && digestOf(crypto, enrolment.device) === digestOf(crypto, device),
    );
    const [sealed] = at < 0 ? [] : rest.splice(at, 1);
    if (!sealed) throw new Refusal('enrolment_missing', `${device.id} of ${officer}`);
    verifyEnrolment(crypto, trust.signer, trust.latest, sealed);
  }
  const [extra] = rest;
  if (extra) throw new Refusal('enrolment_invalid', `${extra.enrolment.device.id} is not new`);
}

/** Whether the officers of a version could still sign the one after it. A directory that nobody can change is a dead end. */
function canChange({ officers, change }: Directory): boolean {
  const voices = officers.flatMap((officer): Voice[] => {
    const device = officer.devices.find((d) => change.presence.includes(d.presence));
    const counts = change.roles.some(({ role }) => officer.roles.includes(role));
    return device && counts ? [{ officer, device, machine: null }] : [];
  });
  return missing(change, voices) === 0;
}

function checkStanding(crypto: Crypto, before: Directory, next: Directory): void {
  if (next.policy !== before.policy) throw new Refusal('policy_mismatch', 'a proposal keeps the policy');
  if (!viewVersions.some((view) => next.views.includes(view)))
    throw new Refusal('view_unknown', next.views.join(', '));
  for (const use of ['log', 'attestation'] as const)
    if (digestOf(crypto, keyFor(next, use)) !== digestOf(crypto, keyFor(before, use)))
      throw new Refusal('directory_invalid', `a proposal keeps the ${use} key`);
  // Whoever verifies what a key signed looks it up in the newest version: a key ends by its state, not by being left out.
  for (const { name, key } of before.keys)
    if (!next.keys.some((kept) => kept.name === name && kept.key.spki === key.spki))
      throw new Refusal('directory_invalid', `${name} is left out; give it the state retiring or revoked`);
  for (const { name, state } of before.keys)
    if ((state === 'revoked' || state === 'compromised') && keyNamed(next, name).state !== state)
      throw new Refusal('directory_invalid', `${name} is ${state} for good`);
  if (!canChange(next)) throw new Refusal('directory_invalid', 'its own officers could not change it again');
}

/** The voices that signed so far, each checked, all distinct. Throws Refusal. */
function voicesOf(crypto: Crypto, before: Directory, { directory, signatures }: Proposal): Voice[] {
  const voices = signatures.map((signature) => voiceOf(crypto, before, directory, signature));
  for (const voice of voices) checkEligible(before.change, voice);
  checkDistinct(voices);
  return voices;
}

/** A proposal before anybody signed it. */
export type Draft = Pick<Proposal, 'directory' | 'enrolments' | 'proposedBy'>;

/**
 * Checks what is proposed, whoever signed: see `checkProposal`. Returns all that it changes. Throws Refusal.
 */
export function checkDraft(crypto: Crypto, trust: Trust, draft: Draft): Change[] {
  const { latest, latestDigest } = trust;
  const next = parseDirectory(draft.directory);
  if (next.previous !== latestDigest && trust.digests.some((digest) => digest === next.previous))
    throw new Refusal('proposal_stale', `version ${latest.version} is in force`);
  checkFollows(crypto, latest, next);
  officerOf(latest, draft.proposedBy);
  const changes = describeChange(latest, next);
  if (weighty(changes).length === 0) throw new Refusal('directory_invalid', 'nothing changes');
  checkStanding(crypto, latest, next);
  checkEnrolments(crypto, trust, next, draft.enrolments);
  return changes;
}

/** The version after `before`, with what `change` makes of its content. `issuedAt` is told, not trusted. */
export function draftNext(
  crypto: Crypto,
  before: Directory,
  issuedAt: string,
  change: Partial<Directory>,
): Directory {
  const heading = { version: before.version + 1, previous: digestOf(crypto, before), issuedAt };
  return { ...before, ...change, ...heading };
}

/**
 * Checks a proposal against what is trusted now: it follows the newest version (`proposal_stale`), changes something,
 * keeps policy, log and attestation key and every other key by name, leaves officers who could change it again; every new device enrolled itself;
 * the proposer signed first, and every signature counts. Throws Refusal with the code of the first thing that does not hold.
 */
export function checkProposal(crypto: Crypto, trust: Trust, proposal: Proposal): ProposalState {
  const { latest } = trust;
  const changes = checkDraft(crypto, trust, proposal);
  const voices = voicesOf(crypto, latest, proposal);
  if (voices[0]?.officer.id !== proposal.proposedBy)
    throw new Refusal('quorum_incomplete', `${proposal.proposedBy} has not signed first`);
  return {
    digest: digestOf(crypto, proposal.directory),
    changes,
    signed: voices.map(({ officer, device }) => ({ officer: officer.id, device: device.id })),
    missing: missing(latest.change, voices),
  };
}

/** The proposal with one more signature, checked as a whole. Throws Refusal, `officer_decided` when the officer signed before. */
export function withSignature(
  crypto: Crypto,
  trust: Trust,
  proposal: Proposal,
  signature: DirectorySignature,
): { proposal: Proposal; state: ProposalState } {
  const signed = { ...proposal, signatures: [...proposal.signatures, signature] };
  return { proposal: signed, state: checkProposal(crypto, trust, signed) };
}
