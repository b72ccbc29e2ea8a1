// Authorizing: a durable intent, the touch, a durable outcome. Nothing leaves from here; what is decided is handed on.
import { fromBase64, toBase64 } from '../../core/bytes/base64.ts';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import {
  checkImpartial,
  verifyDecision,
  type Decision,
  type Expected,
  type Sealed,
} from '../../core/decision/decision.ts';
import { checkEligible } from '../../core/decision/quorum.ts';
import { signable } from '../../core/decision/signable.ts';
import type { Device } from '../../core/directory/directory.ts';
import { deviceOf, machineOf, officerOf } from '../../core/directory/lookup.ts';
import { refusal } from '../../core/fault/codes.ts';
import { DeviceFault, Refusal, WireFault, isFault, type RefusalCode } from '../../core/fault/fault.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import type { Decided, Locked, Reviewed } from '../../core/stage/stages.ts';
import type { AuthorizePorts, Wish } from './ports.ts';
import { prove } from '../../ports/hand/prove.ts';

type Verdict = Decision['verdict'];

function expectedOf(ports: AuthorizePorts, { rebuilt }: Reviewed | Locked): Expected {
  const { request, digest, viewDigest } = rebuilt;
  const trust = ports.trust();
  const known = trust.digests.includes(request.directory);
  return {
    signer: trust.signer,
    request,
    requestDigest: digest,
    viewDigest,
    directory: known ? trust.at(request.directory) : trust.latest,
  };
}

/** Everything that can be refused before a person is asked to touch anything. Returns the device to ask. */
function checkBefore(ports: AuthorizePorts, review: Reviewed | Locked, verdict: Verdict, wish: Wish): Device {
  const { request } = review.rebuilt;
  const { latest } = ports.trust();
  if (review.stage === 'locked' && verdict === 'approve') throw lockOf(review);
  if (verdict === 'deny' && wish.reason.trim() === '') throw new Refusal('reason_missing', ports.officer);
  if (ports.now().getTime() >= Date.parse(request.expires)) throw new Refusal('expired', request.expires);
  if (verdict === 'approve' && latest.policy !== request.policy)
    throw new Refusal('policy_mismatch', `version ${latest.version} of the directory names another`);
  machineOf(latest, ports.machine);
  const officer = officerOf(latest, ports.officer);
  const device = deviceOf(officer, wish.device);
  // A device that is new counts for what is held from its version on: said before the touch, not after it.
  if (review.stage === 'reviewed')
    deviceOf(officerOf(expectedOf(ports, review).directory, ports.officer), wish.device);
  checkImpartial({ request, directory: latest }, { officer });
  checkEligible(request.quorum, { officer, device });
  const mine = review.hold.decisions.filter((sealed) => sealed.decision.officer === ports.officer);
  if (mine.some((sealed) => verdict === 'approve' || sealed.decision.verdict === 'deny'))
    throw new Refusal('officer_decided', ports.officer);
  return device;
}

function lockOf({ locks }: Locked): Refusal | WireFault {
  const [{ code, detail }] = locks;
  if (Object.hasOwn(refusal, code)) return new Refusal(code as RefusalCode, detail);
  return new WireFault('unreachable', `${code}: ${detail}`); // a check that could not be made locks as well
}

function makeDecision(
  ports: AuthorizePorts,
  review: Reviewed | Locked,
  verdict: Verdict,
  wish: Wish,
  challenge: string,
): Decision {
  const { rebuilt } = review;
  const { request } = rebuilt;
  return {
    _type: signable.decision.type,
    signer: ports.trust().signer,
    requestId: request.id,
    requestDigest: rebuilt.digest,
    payloadType: request.payloadType,
    payloadDigest: digestBytes(ports.crypto, review.payload),
    view: { version: rebuilt.view.version, digest: rebuilt.viewDigest },
    context: review.context,
    verdict,
    reason: wish.reason,
    officer: ports.officer,
    device: wish.device,
    machine: ports.machine,
    challenge,
    logHead: review.head,
    journalHead: ports.journal.head(),
    decidedAt: ports.now().toISOString(),
  };
}

/** The same decision but for what only tells when and where it was begun: then the first intent's bytes are signed again. */
function isSame(ports: AuthorizePorts, before: Decision, now: Decision): boolean {
  const { logHead, journalHead, decidedAt } = before;
  return (
    digestOf(ports.crypto, before) === digestOf(ports.crypto, { ...now, logHead, journalHead, decidedAt })
  );
}

async function intend(ports: AuthorizePorts, decision: Decision): Promise<Decision> {
  const before = ports.journal.intent(decision.challenge);
  if (before && isSame(ports, before, decision)) return before;
  await ports.journal.append({ event: 'intent', decision }, urgency(decision.verdict));
  return decision;
}

function urgency(verdict: Verdict): 'must' | 'urgent' {
  return verdict === 'deny' ? 'urgent' : 'must';
}

async function sealed(
  ports: AuthorizePorts,
  review: Reviewed | Locked,
  device: Device,
  decision: Decision,
  signal?: AbortSignal,
): Promise<Sealed> {
  const { crypto, hardware } = ports;
  const expected = expectedOf(ports, review);
  const wish = { crypto, hardware, rpId: expected.directory.rpId, device };
  const proof = await prove(wish, 'decision', decision, signal);
  const bytes = countersignatureBytes(crypto, decision, proof);
  const countersignature = toBase64(await ports.countersign(bytes));
  const { key, id } = machineOf(ports.trust().latest, ports.machine);
  if (!crypto.verify(key, bytes, fromBase64(countersignature))) throw new Refusal('machine_proof', id);
  const whole = { decision, proof, countersignature };
  // A denial on a locked review says what was seen here, whether or not it fits what the Signer says.
  if (review.stage === 'reviewed') verifyDecision(crypto, expected, whole);
  return whole;
}

async function touch(
  ports: AuthorizePorts,
  review: Reviewed | Locked,
  device: Device,
  decision: Decision,
  signal?: AbortSignal,
): Promise<Decided> {
  const { requestId, challenge, verdict } = decision;
  try {
    const whole = await sealed(ports, review, device, decision, signal);
    if (signal?.aborted) throw new DeviceFault('cancelled', 'after the touch');
    await ports.journal.append({ event: 'outcome', sealed: whole }, urgency(verdict));
    return { stage: 'decided', requestId, sealed: whole };
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await ports.journal.append({ event: 'failed', requestId, challenge, code }, 'urgent');
    throw thrown;
  }
}

/**
 * Radiant, 2024: "it failed, sign again". One approval of a request leaves this machine, and no second one is signed,
 * over the same content or another, whatever became of the first: the Signer has it, or lies. A denial stays open.
 */
async function refuseSecond(ports: AuthorizePorts, requestId: string): Promise<void> {
  if (!ports.journal.approvalLeft(requestId)) return;
  await ports.alarm('officer_decided', requestId);
  throw new Refusal('officer_decided', `${ports.officer}'s approval left this machine before`);
}

async function decide(
  ports: AuthorizePorts,
  review: Reviewed | Locked,
  verdict: Verdict,
  wish: Wish,
  signal?: AbortSignal,
): Promise<Decided> {
  const device = checkBefore(ports, review, verdict, wish);
  const { requestId } = review;
  const waiting = ports.journal.undelivered(requestId);
  // Decided already and on its way: asking for a second touch would make a second signature of one will.
  if (waiting && waiting.decision.verdict === verdict)
    return { stage: 'decided', requestId, sealed: waiting };
  if (waiting && verdict === 'approve') throw new Refusal('officer_decided', ports.officer);
  if (waiting) await ports.withdraw(waiting.decision.challenge);
  if (verdict === 'approve') await refuseSecond(ports, requestId);
  const challenge = await ports.challenge(requestId);
  if (signal?.aborted) throw new DeviceFault('cancelled', 'before the touch');
  const decision = await intend(ports, makeDecision(ports, review, verdict, wish, challenge));
  if (signal?.aborted) throw new DeviceFault('cancelled', 'before the touch');
  return touch(ports, review, device, decision, signal);
}

/**
 * Approves what was reviewed: only a review without locks has the type. Rejects with Refusal (`journal_unwritable`,
 * `expired`, `officer_*`, `device_*`, `suspended`), DeviceFault or WireFault; then nothing was decided and nothing leaves.
 */
export function approve(
  ports: AuthorizePorts,
  review: Reviewed,
  wish: Wish,
  signal?: AbortSignal,
): Promise<Decided> {
  return decide(ports, review, 'approve', wish, signal);
}

/** Denies, with a reason; also what is locked, and also when the journal cannot be written. Rejects as `approve` does. */
export function deny(
  ports: AuthorizePorts,
  review: Reviewed | Locked,
  wish: Wish,
  signal?: AbortSignal,
): Promise<Decided> {
  return decide(ports, review, 'deny', wish, signal);
}
