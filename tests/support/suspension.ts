// Orders to suspend a key as honest officers make them, and how a log publishes them.
import { randomBytes } from 'node:crypto';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import type { SealedSuspension, Suspension } from '../../core/decision/suspension.ts';
import { signable } from '../../core/decision/signable.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { DirectoryChain } from '../../core/trust/chain.ts';
import { suspensionEnd, type PublishedSuspension } from '../../core/trust/suspensions.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { MiniLog } from './evidence-world.ts';
import { NOW, type Person, type World } from './world.ts';

/** What a person orders at a bare terminal, unless told otherwise. */
export function makeOrder(world: World, who: Person, overrides: Partial<Suspension> = {}): Suspension {
  return {
    _type: signable.suspension.type,
    signer: world.pin,
    directory: world.trust.latestDigest,
    key: 'file:release',
    reason: 'A backup of the key was found on a share.',
    officer: who.id,
    device: who.key.device.id,
    machine: null,
    nonce: randomBytes(32).toString('base64url'),
    at: NOW,
    ...overrides,
  };
}

/** Signs an order with the device that it names, and the machine where it names one. */
export function sealOrder(who: Person, suspension: Suspension): SealedSuspension {
  const device = suspension.device === who.hsm.device.id ? who.hsm : who.key;
  const proof = device.prove('suspension', suspension);
  if (suspension.machine === null) return { suspension, proof, countersignature: null };
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, suspension, proof));
  return { suspension, proof, countersignature: Buffer.from(signature).toString('base64') };
}

export const orderOf = (world: World, who: Person, overrides: Partial<Suspension> = {}): SealedSuspension =>
  sealOrder(who, makeOrder(world, who, overrides));

/** Appends the leaf of an order. Returns its index. */
export function suspendIn(log: MiniLog, { suspension }: SealedSuspension, at = NOW): number {
  const { key, officer } = suspension;
  const order = digestOf(nodeCrypto, suspension);
  return log.append({ event: 'suspended', key, order, officer, until: suspensionEnd(at), at });
}

/** As the Signer publishes it, by the log as it is now. */
export function published(log: MiniLog, sealed: SealedSuspension, index: number): PublishedSuspension {
  return { sealed, leaf: log.leaf(index), checkpoint: log.checkpoint() };
}

/** A chain with these suspensions. */
export const withPublished = (chain: DirectoryChain, ...all: PublishedSuspension[]): DirectoryChain => ({
  ...chain,
  ...(all.length > 0 ? { suspensions: all } : {}),
});
