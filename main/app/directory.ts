// The directory from this officer's side: what is in force, what is proposed, signing it, and enrolling a device.
import { randomBytes } from 'node:crypto';
import type { SealedEnrolment } from '../../core/decision/enrolment.ts';
import type { Change } from '../../core/directory/changes.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { deviceOf, officerOf } from '../../core/directory/lookup.ts';
import { Refusal, isFault, type AnyFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { DirectorySignature } from '../../core/trust/chain.ts';
import {
  PROPOSAL_TYPE,
  checkDraft,
  checkProposal,
  draftNext,
  type Proposal,
  type ProposalState,
} from '../../core/trust/proposal.ts';
import { enrolDevice, type EnrolPorts, type EnrolWish } from '../authorize/enrol.ts';
import { endorse, type EndorsePorts } from '../authorize/endorse.ts';
import type { Link, ProposalsTold } from '../link/link.ts';
import type { Parts } from './parts.ts';

/** A next version that was not sent yet: all that it would change. A person looks at it, then signs it first. */
export interface DirectoryDraft {
  readonly directory: Directory;
  readonly enrolments: readonly SealedEnrolment[];
  readonly digest: string;
  readonly changes: readonly Change[];
}

/**
 * An open proposal as this Console checked it. `problem` says why it cannot be signed here; `state` is null then, and
 * nothing of it is to be believed. `signedHere`: this officer's signature is in it.
 */
export interface OpenProposal {
  readonly digest: string;
  readonly proposal: Proposal;
  readonly state: ProposalState | null;
  readonly problem: { readonly code: AnyFault['code']; readonly detail: string } | null;
  readonly signedHere: boolean;
}

/** A signature is durable here; it left, or leaves when the link is back. */
export type Endorsed = { readonly state: 'sent' } | { readonly state: 'waiting'; readonly fault: AnyFault };

export interface DirectoryWires {
  readonly parts: Parts;
  readonly link: () => Link;
  /** Told when the list of proposals may have changed. */
  readonly changed: () => void;
}

export class DirectoryRoom {
  readonly #wires: DirectoryWires;
  #told: ProposalsTold = { open: [], ended: [] };

  constructor(wires: DirectoryWires) {
    this.#wires = wires;
  }

  /** Open proposals, checked against what is trusted now. */
  list(): OpenProposal[] {
    return this.#told.open.map(({ digest, proposal }) => this.#checked(digest, proposal));
  }

  #checked(digest: string, proposal: Proposal): OpenProposal {
    const { crypto, trust, options } = this.#wires.parts;
    const signedHere = proposal.signatures.some(({ officer }) => officer === options.officer);
    try {
      const state = checkProposal(crypto, trust.current(), proposal);
      if (state.digest !== digest) throw new Refusal('request_mismatch', `${state.digest} under ${digest}`);
      return { digest, proposal, state, problem: null, signedHere };
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      const { code, detail } = thrown;
      return { digest, proposal, state: null, problem: { code, detail }, signedHere };
    }
  }

  /** A draft with all that it would change. Throws Refusal when it cannot be proposed. */
  draft(change: Partial<Directory>, enrolments: readonly SealedEnrolment[] = []): DirectoryDraft {
    const { crypto, trust, now } = this.#wires.parts;
    return this.#described(
      draftNext(crypto, trust.current().latest, now().toISOString(), change),
      enrolments,
    );
  }

  #described(directory: Directory, enrolments: readonly SealedEnrolment[]): DirectoryDraft {
    const { crypto, trust, options } = this.#wires.parts;
    const proposed = { directory, enrolments: [...enrolments], proposedBy: options.officer };
    const changes = checkDraft(crypto, trust.current(), proposed);
    return { directory, enrolments, digest: digestOf(crypto, directory), changes };
  }

  /** This officer's devices as the next version would have them; the other officers stay as they are. */
  #withDevices(
    of: (devices: Directory['officers'][number]['devices']) => typeof devices,
  ): Partial<Directory> {
    const { trust, options } = this.#wires.parts;
    const { latest } = trust.current();
    officerOf(latest, options.officer);
    return {
      officers: latest.officers.map((officer) =>
        officer.id === options.officer ? { ...officer, devices: of(officer.devices) } : officer,
      ),
    };
  }

  /** Makes a credential on a new key and has it sign its enrolment; the draft adds it to this officer. */
  async enrol(wish: EnrolWish, signal?: AbortSignal): Promise<DirectoryDraft> {
    const sealed = await enrolDevice(this.#enrolPorts(), wish, signal);
    return this.draft(
      this.#withDevices((devices) => [...devices, sealed.enrolment.device]),
      [sealed],
    );
  }

  /** A draft without one of this officer's devices. Refusal `device_unknown`. */
  removal(deviceId: string): DirectoryDraft {
    const { trust, options } = this.#wires.parts;
    deviceOf(officerOf(trust.current().latest, options.officer), deviceId);
    return this.draft(this.#withDevices((devices) => devices.filter(({ id }) => id !== deviceId)));
  }

  /**
   * Signs a draft as its proposer and sends it. After a wire fault the same draft may be given again: it is the same
   * signature that leaves then, without a touch.
   */
  async propose(
    { directory, enrolments }: Pick<DirectoryDraft, 'directory' | 'enrolments'>,
    device: string,
    signal?: AbortSignal,
  ): Promise<string> {
    const { options, crypto } = this.#wires.parts;
    const draft = { directory, enrolments: [...enrolments], proposedBy: options.officer };
    const signature = await endorse(this.#endorsePorts(), draft, device, signal);
    const digest = digestOf(crypto, directory);
    const proposal: Proposal = { _type: PROPOSAL_TYPE, ...draft, signatures: [signature] };
    await this.#send(digest, () => this.#wires.link().directory.propose(proposal));
    return digest;
  }

  /** Signs an open proposal, after it was checked here. Once for a version: asked again the same signature leaves. */
  async sign(digest: string, device: string, signal?: AbortSignal): Promise<Endorsed> {
    const { crypto, trust } = this.#wires.parts;
    const open = this.#told.open.find((one) => one.digest === digest);
    if (!open) throw new Refusal('proposal_unknown', digest);
    const state = checkProposal(crypto, trust.current(), open.proposal);
    if (state.digest !== digest) throw new Refusal('request_mismatch', `${state.digest} under ${digest}`);
    const signature = await endorse(this.#endorsePorts(), open.proposal, device, signal);
    return this.#carry(digest, signature);
  }

  async withdraw(digest: string): Promise<void> {
    await this.#wires.link().directory.withdraw(digest);
  }

  /** The Signer told what is open. What was signed here and is not in it leaves again; what ended is journalled once. */
  async told(told: ProposalsTold): Promise<void> {
    this.#told = told;
    this.#wires.changed();
    const { fold } = this.#wires.parts.journal;
    for (const { digest, code } of told.ended) {
      const mine = fold.endorsed.get(digest);
      if (mine && !mine.ended) await this.#ended(digest, code);
    }
    for (const { digest, proposal } of told.open) {
      const mine = fold.endorsed.get(digest);
      const isIn = proposal.signatures.some(({ officer }) => officer === mine?.signature.officer);
      if (mine && !mine.ended && !isIn) await this.#again(digest, mine.signature);
    }
  }

  /** What is sent again by itself: a refusal is on record by then, and nobody waits for it. */
  async #again(digest: string, signature: DirectorySignature): Promise<void> {
    try {
      await this.#carry(digest, signature);
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
    }
  }

  #ended(digest: string, code: string | null): Promise<unknown> {
    return this.#wires.parts.journal.append(
      { event: 'directory-ended', directory: digest, code: code?.slice(0, 64) ?? null },
      'urgent',
    );
  }

  async #carry(digest: string, signature: DirectorySignature): Promise<Endorsed> {
    try {
      await this.#send(digest, () => this.#wires.link().directory.sign(digest, signature));
      return { state: 'sent' };
    } catch (thrown) {
      if (isFault(thrown) && thrown.kind === 'wire') return { state: 'waiting', fault: thrown };
      throw thrown;
    }
  }

  async #send(digest: string, send: () => Promise<void>): Promise<void> {
    const { journal } = this.#wires.parts;
    await journal.append({ event: 'directory-sent', directory: digest }, 'urgent');
    try {
      await send();
    } catch (thrown) {
      // A refusal is the Signer's last word on these bytes; whatever broke on the way may be tried again.
      if (isFault(thrown) && thrown.kind === 'refusal') await this.#ended(digest, thrown.code);
      throw thrown;
    }
  }

  #endorsePorts(): EndorsePorts {
    const { crypto, trust, options, devices, journal } = this.#wires.parts;
    return {
      crypto,
      trust: () => trust.current(),
      officer: options.officer,
      hardware: devices,
      append: (entry, urgency) => journal.append(entry, urgency),
      endorsed: (digest) => journal.fold.endorsed.get(digest)?.signature,
    };
  }

  #enrolPorts(): EnrolPorts {
    const { crypto, trust, options, devices, journal, now } = this.#wires.parts;
    return {
      crypto,
      trust: () => trust.current(),
      officer: options.officer,
      machine: options.machine,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      now,
      make: ({ exclude, ...wish }, signal) =>
        devices.makeCredential({ ...wish, exclude: [...exclude] }, signal),
      assertAt: (path) => (device, rpId, hash, signal) => devices.assertAt(path, device, rpId, hash, signal),
      countersign: options.keys.machine.sign,
      append: (entry, urgency) => journal.append(entry, urgency),
    };
  }
}
