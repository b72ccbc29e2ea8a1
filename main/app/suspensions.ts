// Suspended keys from this officer's side: ordering one stopped, and drafting the version that makes it final or lifts it.
import { randomBytes } from 'node:crypto';
import { keyNamed } from '../../core/directory/lookup.ts';
import type { Directory, SignerKey } from '../../core/directory/directory.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { suspensionNow, type KeySuspension } from '../../core/trust/suspensions.ts';
import { orderSuspension, type SuspendWish } from '../authorize/suspend.ts';
import type { Link } from '../link/link.ts';
import type { Parts } from './parts.ts';

/** Made final: the key is revoked. Lifted: it may sign again, from that version on. */
export type SuspensionEnd = 'final' | 'lifted';

export interface SuspensionWires {
  readonly parts: Parts;
  readonly link: () => Link;
  /** Fetches the chain that carries these orders, and verifies it. */
  readonly know: (digest: string, orders: readonly string[]) => Promise<void>;
}

/** Whether a chain carries this order. */
export function isSuspended({ suspensions }: Trust, order: string): boolean {
  return suspensions.some((one) => one.order === order);
}

const MOST_LIFTED = 16;

/** Every suspension that the key is under: lifting one of two would leave it stopped. */
function inForce({ suspensions }: Trust, key: string, now: string): readonly KeySuspension[] {
  return suspensions.filter((one) => suspensionNow([one], key, now) !== null);
}

/** What ends the suspension of a key, as the next version has it. Refusal `suspension_over` when there is none. */
export function endOf(trust: Trust, name: string, how: SuspensionEnd, now: string): Partial<Directory> {
  const { latest } = trust;
  keyNamed(latest, name);
  const orders = inForce(trust, name, now).map(({ order }) => order);
  if (orders.length === 0) throw new Refusal('suspension_over', name);
  const lifting = (key: SignerKey): SignerKey => ({
    ...key,
    lifted: [...(key.lifted ?? []), ...orders].slice(-MOST_LIFTED),
  });
  const ended = (key: SignerKey): SignerKey =>
    how === 'final' ? { ...key, state: 'revoked' } : lifting(key);
  return { keys: latest.keys.map((key) => (key.name === name ? ended(key) : key)) };
}

/**
 * Orders a key suspended and gives the order to the Signer. Resolves once the suspension was found in the Signer's chain and
 * verified here. Rejects as `orderSuspension` does, and with what the Signer answered.
 */
export async function suspendKey(
  { parts, link, know }: SuspensionWires,
  wish: SuspendWish,
  signal?: AbortSignal,
): Promise<void> {
  const { crypto, trust, options, devices, journal, now } = parts;
  const online = link();
  const sealed = await orderSuspension(
    {
      crypto,
      trust: () => trust.current(),
      officer: options.officer,
      machine: options.machine,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      now,
      hardware: devices,
      countersign: options.keys.machine.sign,
      append: (entry, urgency) => journal.append(entry, urgency),
    },
    wish,
    signal,
  );
  const order = digestOf(crypto, sealed.suspension);
  try {
    await online.suspendKey(sealed);
    await know(trust.current().latestDigest, [order]);
    if (!isSuspended(trust.current(), order))
      throw new Refusal('suspension_invalid', `${order} is not in the chain`);
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await journal.append({ event: 'suspension-ended', order, code }, 'urgent');
    throw thrown;
  }
  await journal.append({ event: 'suspension-ended', order, code: null }, 'urgent');
}
