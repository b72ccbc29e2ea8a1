// What each room is given of the others: rooms never import one another, the app hands them the functions they need.
import { toBase64 } from '../../core/bytes/base64.ts';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import type { SealedSession, Session } from '../../core/decision/session.ts';
import { deviceOf, officerOf } from '../../core/directory/lookup.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parsePolicy, type Policy } from '../../core/policy/policy.ts';
import type { Head } from '../../core/log/head.ts';
import type { AuthorizePorts } from '../authorize/ports.ts';
import { prove } from '../../ports/hand/prove.ts';
import type { DeliverPorts } from '../evidence/deliver.ts';
import type { Link } from '../link/link.ts';
import type { ReviewPorts } from '../review/review.ts';
import { runSecond } from '../review/second.ts';
import type { CosignatureLine } from '../review/witness.ts';
import type { Parts } from './parts.ts';

/** What the wiring asks of the Console itself. */
export interface Wires {
  readonly parts: Parts;
  readonly link: () => Link;
  readonly payload: (requestId: string, digest: string) => Promise<Uint8Array>;
  readonly cosign: (line: CosignatureLine) => void;
  readonly alarm: (code: string, about: string) => Promise<void>;
  readonly withdraw: (challenge: string) => Promise<void>;
  /** Whether a request that is not in the queue has ended, as far as this machine can know. */
  readonly queueIsWhole: () => boolean;
}

/** Policies by digest: each is fetched once. */
export function policies(wires: Wires): (digest: string) => Promise<Policy> {
  const known = new Map<string, Policy>();
  return async (digest) => {
    const policy =
      known.get(digest) ?? parsePolicy(wires.parts.crypto, await wires.link().fetchPolicy(digest), digest);
    known.set(digest, policy);
    return policy;
  };
}

/** For main/review. */
export function reviewPorts(wires: Wires, policy: (digest: string) => Promise<Policy>): ReviewPorts {
  const { parts, link, payload, cosign } = wires;
  const { build, language, machine, second } = parts.options;
  return {
    crypto: parts.crypto,
    trust: () => parts.trust.current(),
    payload,
    policy,
    checkpoint: () => link().fetchCheckpoint(),
    inclusion: (index, size) => link().fetchInclusion(index, size),
    second: second ?? runSecond(),
    witness: parts.witness,
    surroundings: { build, language, machine },
    now: parts.now,
    cosign,
  };
}

/** For main/authorize. */
export function authorizePorts({ parts, link, alarm, withdraw }: Wires): AuthorizePorts {
  const { journal, options, devices } = parts;
  return {
    crypto: parts.crypto,
    trust: () => parts.trust.current(),
    officer: options.officer,
    machine: options.machine,
    journal: {
      head: () => journal.head(),
      append: (entry, urgency) => journal.append(entry, urgency),
      intent: (challenge) => journal.fold.intents.get(challenge),
      undelivered: (requestId) =>
        [...journal.fold.pending.values()].find(({ sealed }) => sealed.decision.requestId === requestId)
          ?.sealed,
      approvalLeft: (requestId) => journal.fold.approvalsLeft.has(requestId),
      heldSignature: (requestId) => journal.fold.heldSignatures.get(requestId),
    },
    hardware: devices,
    challenge: (requestId) => link().challengeFor(requestId),
    countersign: options.keys.machine.sign,
    now: parts.now,
    alarm,
    withdraw,
  };
}

/** For main/evidence. */
export function deliverPorts(wires: Wires, policy: (digest: string) => Promise<Policy>): DeliverPorts {
  const { parts, link, cosign, alarm, queueIsWhole } = wires;
  const { journal, queue, trust, witness } = parts;
  const observe = async (checkpoint: string): Promise<Head> => {
    const { head, cosignature } = await witness.told(trust.current().latest, checkpoint);
    if (cosignature) cosign(cosignature);
    return head;
  };
  return {
    crypto: parts.crypto,
    outbox: parts.outbox,
    ask: (challenge) => link().ask(challenge),
    decide: (sealed) => link().decide(sealed),
    signature: (requestId, keyid, sig) => link().signature(requestId, keyid, sig),
    observe,
    journal: (entry, urgency) => journal.append(entry, urgency),
    sentBefore: (challenge) => journal.fold.pending.get(challenge)?.sent ?? false,
    hold: (requestId) => queue.get(requestId)?.hold ?? (queueIsWhole() ? 'ended' : undefined),
    alarm,
    outboxSeconds: async () => (await policy(trust.current().latest.policy)).outboxSeconds,
    now: parts.now,
  };
}

/** Aborted when either is; `end` lets go of both. */
export function eitherOf(one: AbortSignal, other?: AbortSignal): { over: AbortSignal; end: () => void } {
  const over = new AbortController();
  const abort = (): void => over.abort();
  const both = [one, ...(other ? [other] : [])];
  for (const signal of both) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return {
    over: over.signal,
    end: () => both.forEach((signal) => signal.removeEventListener('abort', abort)),
  };
}

/** For main/link: has device and machine sign a session. Rejects with DeviceFault or Refusal. */
export async function signSession(
  { parts, link }: Wires,
  session: Session,
  signal: AbortSignal,
): Promise<SealedSession> {
  const { crypto, trust, devices, journal, options } = parts;
  if (!trust.isKnown) await trust.take(await link().fetchChain());
  const directory = trust.current().latest;
  const device = deviceOf(officerOf(directory, session.officer), session.device);
  const { sessions } = options;
  const hardware = sessions ? devices.signingFor(sessions) : devices;
  const { over, end } = eitherOf(signal, sessions?.attend());
  const wish = { crypto, hardware, rpId: directory.rpId, device };
  const proof = await prove(wish, 'session', session, over).finally(end);
  const countersignature = toBase64(
    await options.keys.machine.sign(countersignatureBytes(crypto, session, proof)),
  );
  const id = digestOf(crypto, session);
  await journal.append(
    { event: 'signed-in', officer: session.officer, device: session.device, session: id },
    'urgent',
  );
  return { session, proof, countersignature };
}
