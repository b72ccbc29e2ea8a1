// The acts on requests: a decision on one, and the signature of a key that this officer holds.
import type { AboutRequest, Begin, Purpose } from '../../../contract/ipc/act.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import { checkEligible } from '../../../core/decision/quorum.ts';
import type { Device } from '../../../core/directory/directory.ts';
import { officerOf } from '../../../core/directory/lookup.ts';
import { Refusal, isFault } from '../../../core/fault/fault.ts';
import type { OpenReview } from '../options.ts';
import { aboutOf, missingAfter, titleOf, type AboutParts } from './about.ts';
import type { Nearby } from './nearby.ts';
import { told } from './outcome.ts';
import type { ActsPorts, Plan } from './ports.ts';

/** Nobody reads what is about to be signed in less. */
export const ARMING_MS = 1500;

export const READING = { width: 560, height: 760 } as const;

/** This officer's devices by the directory in force; none before there is one. */
export function ownDevices({ console, officer }: ActsPorts): readonly Device[] {
  const trust = console().trust;
  return trust ? officerOf(trust.latest, officer).devices : [];
}

/** The facts of one request as they stand now. */
interface Facts {
  about(): AboutRequest;
  missing(own: Sealed): number | null;
}

/** Worked out anew when what they depend on has changed, and not for every phase. */
function factsOf(ports: ActsPorts, review: OpenReview): Facts {
  const { crypto, words } = ports;
  const difference = ports.difference(review);
  /** As last told: a hold that has ended is told no more. */
  let decisions: readonly Sealed[] = review.hold.decisions;
  let about: AboutRequest | undefined;
  const partsNow = (): AboutParts => {
    const console = ports.console();
    const last = console.hold(review.requestId)?.decisions ?? decisions;
    if (last !== decisions) about = undefined;
    decisions = last;
    return { crypto, words, trust: console.trust, difference, decisions };
  };
  return {
    about: () => {
      const parts = partsNow();
      about ??= aboutOf(parts, review);
      return about;
    },
    missing: (own) => missingAfter(partsNow(), review, own),
  };
}

/** Approves or denies what was reviewed. */
export function decidePlan(
  ports: ActsPorts,
  nearby: Nearby,
  review: OpenReview,
  chosen: 'approve' | 'deny',
): Plan {
  const facts = factsOf(ports, review);
  const { request } = review.rebuilt;
  const forbids = (device: Device) => {
    const { trust } = ports.console();
    try {
      if (trust) checkEligible(request.quorum, { officer: officerOf(trust.latest, ports.officer), device });
      return null;
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      return told(thrown);
    }
  };
  return {
    subject: review.requestId,
    requestId: review.requestId,
    expires: request.expires,
    arming: ARMING_MS,
    title: 'authorize',
    size: READING,
    virtualKey: (device) => device,
    what: (): Purpose => ({ purpose: 'decide', about: facts.about(), chosen }),
    missing: (own) => facts.missing(own),
    devices: () => nearby.of(ownDevices(ports), forbids),
    check: ({ verdict, reason }) => {
      if (verdict === null) throw new Refusal('act_phase', 'no verdict was chosen');
      if (verdict === 'deny' && reason.trim() === '') throw new Refusal('reason_missing', ports.officer);
    },
    run: async ({ verdict, reason, device, signal, durable }) => {
      if (verdict === null) throw new Refusal('act_phase', 'no verdict was chosen');
      const wish = { verdict, reason: reason.trim(), device: device.device };
      const { delivery } = await ports
        .console()
        .authorize(review, wish, signal, ({ sealed }) => durable(sealed.decision.challenge));
      return delivery;
    },
  };
}

/** What an act refuses that knows no verdict. */
export function checkPlain({ verdict, reason }: Pick<Begin, 'verdict' | 'reason'>): void {
  if (verdict !== null || reason !== '') throw new Refusal('act_phase', 'it has no verdict');
}

/** The key of the request that this officer holds. Refusal `key_use` when there is none. */
function heldKeyOf({ console, officer }: ActsPorts, { rebuilt }: OpenReview): string {
  const keys = console().trust?.latest.keys ?? [];
  const held = rebuilt.request.keys.find((name) =>
    keys.some((key) => key.name === name && key.holder === officer),
  );
  if (held === undefined) throw new Refusal('key_use', `${officer} holds no key of ${rebuilt.request.id}`);
  return held;
}

/** Signs with the key that this officer holds, after the quorum. */
export function signHeldPlan(ports: ActsPorts, nearby: Nearby, review: OpenReview): Plan {
  const facts = factsOf(ports, review);
  const key = heldKeyOf(ports, review);
  const { request } = review.rebuilt;
  return {
    subject: `${review.requestId} ${key}`,
    requestId: review.requestId,
    expires: request.expires,
    arming: ARMING_MS,
    title: 'authorize',
    size: READING,
    virtualKey: () => key,
    what: (): Purpose => ({
      purpose: 'sign-held',
      about: facts.about(),
      key: titleOf(ports.console().trust, review, key),
    }),
    missing: () => null,
    devices: async () => [await nearby.token(key)],
    check: checkPlain,
    run: ({ signal, durable }) => ports.console().signHeld(review, signal, () => durable(null)),
  };
}
