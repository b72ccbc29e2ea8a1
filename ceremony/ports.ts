// What a running ceremony asks of the world, and what it shows of itself: the same for the Console and the terminal.
import type { CeremonyStep, Did, Kind, SealedStep } from '../core/ceremony/step.ts';
import type { Opening, Person, Transcript } from '../core/ceremony/transcript.ts';
import type { Role } from '../core/ceremony/script.ts';
import type { Place } from '../core/ceremony/walk.ts';
import type { OutputOf } from '../core/ceremony/outputs.ts';
import type { Directory } from '../core/directory/directory.ts';
import type { Proof } from '../core/decision/proof.ts';
import type { Signable } from '../core/decision/signable.ts';
import type { SignableObject } from '../core/decision/proof.ts';
import type { Crypto } from '../core/key/crypto.ts';
import type { Trust } from '../core/trust/chain.ts';
import type { Proposal } from '../core/trust/proposal.ts';

/** The HSM that gets the new key and, for the endorsement, the one that holds the old key. Rejects with DeviceFault. */
export interface CeremonyHsm {
  /** Reads who the token of this serial and its module are. */
  check(serial: string, signal?: AbortSignal): Promise<OutputOf<'check-hsm'>>;
  /** The key under this CKA_ID with what the token says of it now; null where there is none. */
  find(serial: string, id: Uint8Array, signal?: AbortSignal): Promise<OutputOf<'generate-key'> | null>;
  /** Makes a P-256 key under a CKA_ID that is free; asks for the PIN. */
  generate(
    serial: string,
    id: Uint8Array,
    label: string,
    signal?: AbortSignal,
  ): Promise<OutputOf<'generate-key'>>;
  /** A signature (DER) over the whole message by the key of this URI; asks for the PIN. */
  sign(uri: string, message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Where the directory is published: the Signer, or a rehearsal's own folder. */
export interface Board {
  /** The chain in force, verified against the pin. */
  trust(): Promise<Trust>;
  /** The log's newest checkpoint (a signed note). */
  checkpoint(): Promise<string>;
  /** Puts the version into force; the same one again answers the same. `since` is the checkpoint of the opening. */
  publish(proposal: Proposal, since: string): Promise<OutputOf<'publish-directory'>>;
}

/** A person signs with their device: asks for PIN and touch. Rejects with DeviceFault; never repeated by itself. */
export type Hand = (
  person: Person,
  name: Signable,
  object: SignableObject,
  signal?: AbortSignal,
) => Promise<Proof>;

/** All of it. `random(n)` gives n bytes; `now` is this machine's clock. */
export interface CeremonyPorts {
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly hsm: CeremonyHsm;
  readonly board: Board;
  readonly hand: Hand;
  /** Told after each line that is on disk, by its name: where a test lets the process die. */
  readonly wrote?: (line: string) => void;
}

/**
 * How a ceremony stands. `pending`: what was done and waits for signatures, as it will be signed. `acting`: the machine
 * is at it. `undone`: an act failed, or the process ended within it; it is taken up again by `act`, never twice on the HSM.
 */
export interface CeremonyState {
  readonly kind: Kind;
  readonly opening: Opening;
  readonly steps: readonly SealedStep[];
  readonly place: Place;
  readonly acting: boolean;
  readonly undone: { readonly code: string; readonly detail: string } | null;
  /** The version of the directory that this step decides, once it is drafted: people read what it changes before they sign. */
  readonly deciding: Directory | null;
  readonly pending: {
    readonly step: CeremonyStep;
    readonly signed: readonly Role[];
    readonly missing: readonly Role[];
  } | null;
}

/** One ceremony in its folder. Everything is durable before it is shown; closing it at any point loses nothing. */
export interface RunningCeremony {
  state(): CeremonyState;
  subscribe(listener: () => void): () => void;
  /** Runs the act of the step where it stands, if it has one. What it made is pending then, as `done`. */
  act(signal?: AbortSignal): Promise<void>;
  /** Says what happened in a step without an act, an answer, an exception (with what the act made, if it made it) or a stop. */
  say(did: Did, reason?: string): Promise<void>;
  /** Takes back what is pending, while nobody has signed it. What an act made stays made. */
  unsay(): Promise<void>;
  /** The person of this role signs what is pending; with the last signature the step is sealed, and the next begins. */
  sign(role: Role, signal?: AbortSignal): Promise<void>;
  /** The transcript as far as it goes. */
  transcript(): Transcript;
  close(): Promise<void>;
}
