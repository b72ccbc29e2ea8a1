// Sending what was decided: asks before it repeats, keeps late approvals back, and believes only a verified leaf.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import type { OutboxEntry } from '../../contract/stored/console-outbox.ts';
import type { Sealed } from '../../core/decision/decision.ts';
import { Refusal, WireFault, isFault, type AnyFault } from '../../core/fault/fault.ts';
import { isOpen } from '../../core/hold/hold.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import type { Evidenced, HoldSnapshot } from '../../core/stage/stages.ts';
import { checkLeaf, checkRecord, type RecordedAnswer } from './acknowledge.ts';
import { requestOf, type Outbox } from './outbox.ts';

/** What delivering needs. Link calls reject with WireFault while the Signer is away, with its own refusal when it says no. */
export interface DeliverPorts {
  readonly crypto: Crypto;
  readonly outbox: Outbox;
  readonly ask: (challenge: string) => Promise<RecordedAnswer | null>;
  readonly decide: (sealed: Sealed) => Promise<RecordedAnswer>;
  readonly signature: (requestId: string, keyid: string, sig: string) => Promise<void>;
  /** Takes in a checkpoint as a witness does; rejects with Refusal when it is no part of the log that was seen. */
  readonly observe: (checkpoint: string) => Promise<Head>;
  readonly journal: (entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>;
  /** Whether the journal says that this challenge left before. */
  readonly sentBefore: (challenge: string) => boolean;
  /** The hold as it was last told; undefined while it is not known whether there still is one. */
  readonly hold: (requestId: string) => HoldSnapshot | 'ended' | undefined;
  /** Told once for each thing that a person must look at. */
  readonly alarm: (code: string, about: string) => Promise<void>;
  readonly outboxSeconds: () => Promise<number>;
  readonly now: () => Date;
}

/** `waiting`: the Signer could not be asked; it is tried again. `withheld`: never sent, or refused; `code` says why. */
export type Delivery =
  | { readonly state: 'evidenced'; readonly evidenced: Evidenced }
  | { readonly state: 'handed-over'; readonly requestId: string }
  | { readonly state: 'withheld'; readonly code: string }
  | { readonly state: 'waiting'; readonly fault: AnyFault };

type DecisionEntry = Extract<OutboxEntry, { kind: 'decision' }>;
type SignatureEntry = Extract<OutboxEntry, { kind: 'signature' }>;

/** Why an approval may not leave any more; undefined when it may. A clock that went back counts as too late. */
async function tooLate(
  ports: DeliverPorts,
  entry: OutboxEntry,
  requestId: string,
): Promise<string | undefined> {
  const hold = ports.hold(requestId);
  if (hold === 'ended' || (hold && !isOpen(hold.state))) return 'hold_closed';
  const now = ports.now().getTime();
  if (hold && now >= Date.parse(hold.request.expires)) return 'expired';
  const age = now - Date.parse(entry.storedAt);
  if (age < 0 || age > (await ports.outboxSeconds()) * 1000) return 'expired';
  if (!hold) throw new WireFault('gap', `${requestId} is not known yet`);
  return undefined;
}

async function acknowledge(
  ports: DeliverPorts,
  entry: DecisionEntry,
  answer: RecordedAnswer,
): Promise<Delivery> {
  const { sealed } = entry;
  const { requestId, challenge } = sealed.decision;
  const { record } = answer.leaf;
  const hold = ports.hold(requestId);
  const known = typeof hold === 'object' ? hold.request.tenant : undefined; // an ended hold's leaf names its tenant itself
  const tenant = known ?? ('tenant' in record ? record.tenant : '');
  checkRecord(ports.crypto, tenant, sealed, answer.leaf);
  const head = await ports.observe(answer.checkpoint);
  checkLeaf(ports.crypto, head, answer.leaf);
  await ports.journal({ event: 'evidenced', challenge, leaf: answer.leaf, head }, 'urgent');
  await ports.outbox.remove(entry);
  const { leaf, checkpoint } = answer;
  return { state: 'evidenced', evidenced: { stage: 'evidenced', requestId, sealed, leaf, checkpoint } };
}

async function withhold(ports: DeliverPorts, entry: DecisionEntry, code: string): Promise<Delivery> {
  const { challenge } = entry.sealed.decision;
  const earlier = ports.sentBefore(challenge);
  await ports.journal({ event: 'not-sent', challenge, code, earlier }, 'urgent');
  await ports.outbox.remove(entry);
  return { state: 'withheld', code };
}

/** Codes with which a Signer's refusal is an alarm besides. */
const alarming = [
  'challenge_reused',
  'store_tampered',
  'view_mismatch',
  'request_mismatch',
  'payload_mismatch',
];

async function refused(ports: DeliverPorts, entry: DecisionEntry, fault: AnyFault): Promise<Delivery> {
  const { challenge, requestId } = entry.sealed.decision;
  await ports.journal({ event: 'refused', challenge, code: fault.code }, 'urgent');
  if (alarming.includes(fault.code)) await ports.alarm(fault.code, requestId);
  await ports.outbox.remove(entry);
  return { state: 'withheld', code: fault.code };
}

/** The Signer's own answer to a decision: recorded, refused for good, or none. */
async function send(ports: DeliverPorts, entry: DecisionEntry): Promise<RecordedAnswer | AnyFault> {
  const { sealed } = entry;
  const urgency = sealed.decision.verdict === 'deny' ? 'urgent' : 'must';
  await ports.journal({ event: 'sent', challenge: sealed.decision.challenge }, urgency);
  try {
    return await ports.decide(sealed);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return thrown;
  }
}

/** Refusals that say nothing about the decision itself: tried again, in a fresh session or in a moment. */
const passing = ['session_invalid', 'rate_limited', 'busy', 'internal', 'in_progress'];

const isFinal = (fault: AnyFault): boolean =>
  (fault.kind === 'refusal' || fault.kind === 'caller') && !passing.includes(fault.code);

async function deliverDecision(ports: DeliverPorts, entry: DecisionEntry): Promise<Delivery> {
  const { challenge, verdict, requestId } = entry.sealed.decision;
  const known = ports.sentBefore(challenge) ? await ports.ask(challenge) : null;
  if (known) return acknowledge(ports, entry, known);
  const late = verdict === 'approve' ? await tooLate(ports, entry, requestId) : undefined;
  if (late) return withhold(ports, entry, late);
  const answer = await send(ports, entry);
  if ('leaf' in answer) return acknowledge(ports, entry, answer);
  return isFinal(answer) ? refused(ports, entry, answer) : { state: 'waiting', fault: answer };
}

/** A held key's signature has no challenge to ask by: whether it arrived shows in the hold's state. */
async function deliverSignature(ports: DeliverPorts, entry: SignatureEntry): Promise<Delivery> {
  const { requestId, keyid, sig } = entry;
  const end = async (code: string | null): Promise<Delivery> => {
    await ports.journal({ event: 'held-ended', requestId, code }, 'urgent');
    await ports.outbox.remove(entry);
    return code === null ? { state: 'handed-over', requestId } : { state: 'withheld', code };
  };
  const hold = ports.hold(requestId);
  if (typeof hold === 'object' && (hold.state === 'committed' || hold.state === 'signed')) return end(null);
  const late = await tooLate(ports, entry, requestId);
  if (late) return end(late);
  try {
    await ports.signature(requestId, keyid, sig);
    return await end(null);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return isFinal(thrown) ? end(thrown.code) : { state: 'waiting', fault: thrown };
  }
}

/**
 * Delivers one entry as far as it goes now (protocol.md 13). What may have left before is asked for by its challenge
 * first. An answer that does not verify is an alarm and leaves the entry where it is.
 */
export async function deliver(ports: DeliverPorts, entry: OutboxEntry): Promise<Delivery> {
  try {
    return entry.kind === 'decision'
      ? await deliverDecision(ports, entry)
      : await deliverSignature(ports, entry);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    if (thrown instanceof Refusal && thrown.code !== 'journal_unwritable') {
      await ports.alarm(thrown.code, requestOf(entry));
    }
    return { state: 'waiting', fault: thrown };
  }
}
