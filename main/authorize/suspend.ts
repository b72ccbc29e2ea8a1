// Ordering a key suspended: a durable intent, the touch, the machine's countersignature, a durable outcome.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import { toBase64, toBase64Url } from '../../core/bytes/base64.ts';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import {
  SuspensionReason,
  verifySuspension,
  type SealedSuspension,
  type Suspension,
} from '../../core/decision/suspension.ts';
import { signable } from '../../core/decision/signable.ts';
import { deviceOf, keyNamed, officerOf } from '../../core/directory/lookup.ts';
import { DeviceFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { prove, type Hardware } from '../../ports/hand/prove.ts';

export interface SuspendPorts {
  readonly crypto: Crypto;
  readonly trust: () => Trust;
  readonly officer: string;
  readonly machine: string;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => Date;
  readonly hardware: Hardware;
  readonly countersign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly append: (entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>;
}

/** What is to be suspended, why, and with which of this officer's devices it is ordered. */
export interface SuspendWish {
  readonly key: string;
  readonly reason: string;
  readonly device: string;
}

function orderFor(ports: SuspendPorts, trust: Trust, { key, reason, device }: SuspendWish): Suspension {
  if (!SuspensionReason.safeParse(reason).success) throw new Refusal('reason_missing', key);
  const { use } = keyNamed(trust.latest, key);
  if (use !== 'release') throw new Refusal('key_use', `${key} is the ${use} key`);
  const { officer, machine } = ports;
  return {
    _type: signable.suspension.type,
    signer: trust.signer,
    directory: trust.latestDigest,
    key,
    reason,
    officer,
    device,
    machine,
    nonce: toBase64Url(ports.random(32)),
    at: ports.now().toISOString(),
  };
}

/**
 * Has this officer's device sign an order, and this machine countersign it. Each is an order of its own: one that could not be
 * sent is made again, with another touch. Rejects with Refusal (`reason_missing`, `key_unknown`, `key_use`, `device_unknown`)
 * or DeviceFault; then nothing leaves. What only makes safer waits for no disk.
 */
export async function orderSuspension(
  ports: SuspendPorts,
  wish: SuspendWish,
  signal?: AbortSignal,
): Promise<SealedSuspension> {
  const { crypto, hardware, officer } = ports;
  const trust = ports.trust();
  const { latest, signer } = trust;
  const device = deviceOf(officerOf(latest, officer), wish.device);
  const suspension = orderFor(ports, trust, wish);
  const order = digestOf(crypto, suspension);
  await ports.append({ event: 'suspension-intent', order, suspension }, 'urgent');
  try {
    if (signal?.aborted) throw new DeviceFault('cancelled', 'before the touch');
    const proof = await prove(
      { crypto, hardware, rpId: latest.rpId, device },
      'suspension',
      suspension,
      signal,
    );
    const signature = await ports.countersign(countersignatureBytes(crypto, suspension, proof));
    const sealed: SealedSuspension = { suspension, proof, countersignature: toBase64(signature) };
    verifySuspension(crypto, signer, latest, sealed);
    await ports.append({ event: 'suspension-outcome', order, sealed }, 'urgent');
    return sealed;
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await ports.append({ event: 'suspension-failed', order, code }, 'urgent');
    throw thrown;
  }
}
