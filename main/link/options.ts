// What a link is made of, and what it tells: options, states, notes, timings.
import type { SealedSession, Session } from '../../core/decision/session.ts';
import type { AnyFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import type { ProposalsTold } from './proposals.ts';
import type { Arrival } from '../../core/stage/stages.ts';

/** Times in milliseconds. */
export interface LinkTimings {
  /** How often a ping goes out; a peer silent for three is gone. */
  readonly heartbeat: number;
  /** How long connecting, a hello, or an answer may take. */
  readonly deadline: number;
  /** The first and the longest pause before trying again; the pause is drawn from nothing to the limit (full jitter). */
  readonly backoffFirst: number;
  readonly backoffMost: number;
  /** How long a session is asked for. */
  readonly session: number;
}

/** Where arrivals go. `cursors` must already count what `receive` resolved for. */
export interface Inbox {
  cursors(): readonly { readonly tenant: string; readonly seq: number }[];
  /** Resolves when the arrival is durable. A rejection ends the connection; the arrival comes again. */
  receive(arrival: Arrival): Promise<void>;
}

/**
 * `waiting`: not connected, tried again after `pause` ms. `signed-out`: a device is needed, and `signIn` was not asked
 * for since one failed. `fault` is why.
 */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'signing-in'; readonly by: 'device' | 'session' }
  | { readonly state: 'online'; readonly session: string; readonly expires: string }
  | { readonly state: 'waiting'; readonly pause: number; readonly fault: AnyFault }
  | { readonly state: 'signed-out'; readonly fault: AnyFault }
  | { readonly state: 'closed' };

/**
 * What the audit should know. `gap`: events were missing, and asked for again. `resynced`: a snapshot replaced what was
 * known, because the sequence did not reach back. `rolled-back`: the Signer's sequence is behind what was seen already.
 */
export type LinkNote =
  | { readonly note: 'gap'; readonly tenant: string; readonly expected: number; readonly found: number }
  | { readonly note: 'resynced'; readonly tenant: string; readonly from: number; readonly to: number }
  | { readonly note: 'rolled-back'; readonly tenant: string; readonly from: number; readonly to: number }
  | { readonly note: 'peer-invalid'; readonly fault: AnyFault };

/** What the Signer said when it seated this Console. */
export interface Welcome {
  readonly session: string;
  readonly journalHead: Head | null;
  readonly directory: string;
  readonly checkpoint: string;
}

export interface LinkOptions {
  /** The Signer's base address: `https://host:port`; `http://` on a loopback address only, with `ca` null. */
  readonly url: string;
  /** The only CA certificates that are trusted, PEM or DER; null for plain HTTP on loopback. */
  readonly ca: readonly (string | Uint8Array)[] | null;
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  /** The pinned digest of the directory's version 1: which Signer this must be. */
  readonly signer: string;
  readonly officer: string;
  readonly device: string;
  readonly machine: string;
  /** Has device and machine sign a session; the signal says that the connection it was for is gone. */
  readonly signSession: (session: Session, signal: AbortSignal) => Promise<SealedSession>;
  readonly inbox: Inbox;
  readonly onState?: (state: LinkState) => void;
  readonly onWelcome?: (welcome: Welcome) => void;
  /** A checkpoint as the Signer sent it, unverified. */
  readonly onCheckpoint?: (checkpoint: string) => void;
  /** The Signer says that this version of the directory is in force, with these suspensions; believed when its chain was verified. */
  readonly onDirectory?: (digest: string, version: number, suspensions: readonly string[]) => void;
  /** All open proposals as the Signer tells them, unverified; again after each connection. */
  readonly onProposals?: (told: ProposalsTold) => void;
  readonly onNote?: (note: LinkNote) => void;
  readonly timings?: Partial<LinkTimings>;
}
