// Changes of the directory, made with software devices: enrolments, proposals, signatures.
import { randomBytes } from 'node:crypto';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import type { Enrolment, SealedEnrolment } from '../../core/decision/enrolment.ts';
import { signable } from '../../core/decision/signable.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { DirectorySignature, Trust } from '../../core/trust/chain.ts';
import { PROPOSAL_TYPE, draftNext, type Proposal } from '../../core/trust/proposal.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { softSecurityKey, type SoftDevice } from './soft-devices.ts';
import type { Person } from './world.ts';

/** A new device says that it is in this officer's hand. */
export function enrolmentOf(
  trust: Trust,
  who: Person,
  key: SoftDevice,
  overrides: Partial<Enrolment> = {},
): SealedEnrolment {
  const enrolment: Enrolment = {
    _type: signable.enrolment.type,
    signer: trust.signer,
    directory: trust.latestDigest,
    officer: who.id,
    device: key.device,
    rpId: trust.latest.rpId,
    machine: who.machine.id,
    at: '2026-11-23T12:00:00.000Z',
    ...overrides,
  };
  const proof = key.prove('enrolment', enrolment);
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, enrolment, proof));
  return { enrolment, proof, countersignature: Buffer.from(signature).toString('base64') };
}

/** A person's signature over a next version, with their security key. */
export const signatureOf = (who: Person, next: Directory): DirectorySignature => ({
  officer: who.id,
  device: who.key.device.id,
  proof: who.key.prove('directory', next),
});

/** The next version, changed. */
export function nextOf(trust: Trust, change: (next: Directory) => void): Directory {
  const next = structuredClone(draftNext(nodeCrypto, trust.latest, '2026-11-23T12:00:00.000Z', {}));
  change(next);
  return next;
}

export function proposalOf(
  who: Person,
  directory: Directory,
  enrolments: SealedEnrolment[] = [],
  signers: readonly Person[] = [who],
): Proposal {
  const signatures = signers.map((one) => signatureOf(one, directory));
  return { _type: PROPOSAL_TYPE, directory, enrolments, proposedBy: who.id, signatures };
}

/** Adds a second security key to an officer: the key, its enrolment, the proposal signed by that officer. */
export function secondKey(trust: Trust, who: Person, id = `${who.id}-key-${randomBytes(3).toString('hex')}`) {
  const key = softSecurityKey(id);
  const next = nextOf(
    trust,
    (directory) => void directory.officers.find((o) => o.id === who.id)?.devices.push(key.device),
  );
  const enrolment = enrolmentOf(trust, who, key);
  return {
    key,
    next,
    enrolment,
    digest: digestOf(nodeCrypto, next),
    proposal: proposalOf(who, next, [enrolment]),
  };
}
