// The decision: what a device signs, sealed with the machine's countersignature, and how one is checked.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { fromBase64 } from '../bytes/base64.ts';
import { Refusal } from '../fault/fault.ts';
import { Digest } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Head } from '../log/head.ts';
import { Bytes32, Id, Time, Ulid } from '../name/names.ts';
import type { Directory } from '../directory/directory.ts';
import { deviceOf, machineOf, officerOf, startersOf } from '../directory/lookup.ts';
import type { Request } from '../request/request.ts';
import { countersignatureBytes } from './countersignature.ts';
import { Proof, verifyProof } from './proof.ts';
import { checkEligible, type Voice } from './quorum.ts';
import { signable } from './signable.ts';

/** The digest of what was shown: equal on every honest Console that knows this version. */
export const ViewRef = z.strictObject({ version: z.string().regex(/^\d{1,6}$/), digest: Digest });
export type ViewRef = z.infer<typeof ViewRef>;

/** protocol.md 7, member by member. `reason` may be empty in an approval, never in a denial. */
export const Decision = z.strictObject({
  _type: z.literal(signable.decision.type),
  signer: Digest,
  requestId: Ulid,
  requestDigest: Digest,
  payloadType: z.string().min(3).max(200),
  payloadDigest: Digest,
  view: ViewRef,
  context: Digest,
  verdict: z.enum(['approve', 'deny']),
  reason: z.string().max(2000),
  officer: Id,
  device: Id,
  machine: Id,
  challenge: Bytes32,
  logHead: Head,
  journalHead: Head,
  decidedAt: Time,
});
export type Decision = z.infer<typeof Decision>;

/** A decision with the device's proof and the countersignature of the machine it names (standard base64, DER). */
export const Sealed = z.strictObject({
  decision: Decision,
  proof: Proof,
  countersignature: Base64.min(8).max(200),
});
export type Sealed = z.infer<typeof Sealed>;

/** What a decision is checked against. `requestDigest` and `viewDigest` were worked out by the one who checks. */
export interface Expected {
  readonly signer: string;
  readonly request: Request;
  readonly requestDigest: string;
  readonly viewDigest: string;
  readonly directory: Directory;
}

function checkSubject(expected: Expected, decision: Decision): void {
  const { request } = expected;
  if (decision.signer !== expected.signer) throw new Refusal('signer_mismatch', decision.requestId);
  if (decision.requestId !== request.id || decision.requestDigest !== expected.requestDigest)
    throw new Refusal('request_mismatch', decision.requestId);
  if (decision.payloadDigest !== request.payloadDigest || decision.payloadType !== request.payloadType)
    throw new Refusal('payload_mismatch', decision.requestId);
  if (decision.view.version !== request.view || decision.view.digest !== expected.viewDigest)
    throw new Refusal('view_mismatch', decision.officer);
  if (decision.logHead.origin !== expected.directory.origin)
    throw new Refusal('head_mismatch', decision.logHead.origin);
  if (decision.verdict === 'deny' && decision.reason.trim() === '')
    throw new Refusal('reason_missing', decision.officer);
}

/** Checks that the officer neither asked nor can start the caller. Throws `officer_is_requester` or `officer_starts_caller`. */
export function checkImpartial(
  expected: Pick<Expected, 'request' | 'directory'>,
  voice: Pick<Voice, 'officer'>,
): void {
  const { request, directory } = expected;
  const { officer } = voice;
  const subject = request.requester.subject;
  if (officer.id === subject || officer.subjects.includes(subject))
    throw new Refusal('officer_is_requester', officer.id);
  if (startersOf(directory, request.tenant, subject).includes(officer.id))
    throw new Refusal('officer_starts_caller', officer.id);
}

/**
 * Checks one sealed decision against what the verifier worked out, with the directory alone (protocol.md 7).
 * Returns the voice that may count. Throws a Refusal with the code of the first thing that does not fit.
 */
export function verifyDecision(crypto: Crypto, expected: Expected, sealed: Sealed): Voice {
  const { decision, proof, countersignature } = sealed;
  const { directory } = expected;
  const officer = officerOf(directory, decision.officer);
  const device = deviceOf(officer, decision.device);
  const machine = machineOf(directory, decision.machine);
  verifyProof(crypto, directory.rpId, device, 'decision', decision, proof);
  if (
    !crypto.verify(machine.key, countersignatureBytes(crypto, decision, proof), fromBase64(countersignature))
  )
    throw new Refusal('machine_proof', machine.id);
  checkSubject(expected, decision);
  const voice = { officer, device, machine: machine.id };
  checkImpartial(expected, voice);
  checkEligible(expected.request.quorum, voice);
  return voice;
}
