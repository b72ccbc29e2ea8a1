// The Console's stages as types: each stage is made from the one before, so that skipping one does not compile.
import type { Sealed } from '../decision/decision.ts';
import type { FaultCode } from '../fault/fault.ts';
import type { HoldState } from '../hold/hold.ts';
import type { Head } from '../log/head.ts';
import type { Leaf } from '../log/record.ts';
import type { Grant } from '../predicate/granted.ts';
import type { Headline } from '../request/headline.ts';
import type { Rebuilt } from '../request/derive.ts';
import type { Request } from '../request/request.ts';

/** A hold as the Signer says it is; nothing of it is believed yet. */
export interface HoldSnapshot {
  readonly request: Request;
  readonly state: HoldState;
  readonly code: string | null;
  readonly held: Omit<Leaf, 'proof'>;
  readonly decisions: readonly Sealed[];
}

/** Came over the link, schema checked, at this place of its tenant's sequence. */
export interface Received {
  readonly stage: 'received';
  readonly tenant: string;
  readonly seq: number;
  readonly hold: HoldSnapshot;
}

/** An alarm that the Signer raised, at this place of its tenant's sequence. */
export interface Alarmed {
  readonly stage: 'alarmed';
  readonly tenant: string;
  readonly seq: number;
  readonly code: string;
  readonly about: string;
}

/** A bypass grant as the Signer says it stands, at this place of its tenant's sequence. */
export interface Granted {
  readonly stage: 'granted';
  readonly tenant: string;
  readonly seq: number;
  readonly grant: Grant;
}

/** Everything of a tenant that has not ended, as of this place of its sequence: it replaces what was known. */
export interface Resynced {
  readonly stage: 'resynced';
  readonly tenant: string;
  readonly seq: number;
  readonly holds: readonly HoldSnapshot[];
  /** Grants in force, and the newest of those that are over. */
  readonly grants: readonly Grant[];
}

/** What a link hands on, in the order of each tenant's sequence. */
export type Arrival = Received | Alarmed | Granted | Resynced;

/** Waits in this Console for its officer. `receivedAt` is this machine's clock, for display only. */
export interface Queued {
  readonly stage: 'queued';
  readonly requestId: string;
  readonly tenant: string;
  readonly hold: HoldSnapshot;
  readonly receivedAt: string;
}

/**
 * Rebuilt, decoded and checked by this Console; immutable. `head` is a verified checkpoint that includes the hold's leaf.
 * `context` is the digest of what only this Console knows.
 */
export interface Reviewed {
  readonly stage: 'reviewed';
  readonly requestId: string;
  readonly hold: HoldSnapshot;
  readonly rebuilt: Rebuilt;
  readonly headline: Headline;
  readonly payload: Uint8Array;
  readonly match: string;
  readonly head: Head;
  readonly context: string;
}

/** Why a review may not be approved: the code of the check that failed. */
export interface Lock {
  readonly code: FaultCode;
  readonly detail: string;
}

/**
 * A review whose checks did not all hold: it may be denied and reported, never approved. `rebuilt` is what this Console
 * could work out, `head` the last checkpoint that it did verify; `locks` has one at least, the gravest first.
 */
export interface Locked extends Omit<Reviewed, 'stage'> {
  readonly stage: 'locked';
  readonly locks: readonly [Lock, ...Lock[]];
}

/** A device signed it, the machine countersigned it, the journal holds it. A denial is decided too. */
export interface Decided {
  readonly stage: 'decided';
  readonly requestId: string;
  readonly sealed: Sealed;
}

/** The decision's leaf was verified in a checkpoint that extends the last one seen. */
export interface Evidenced {
  readonly stage: 'evidenced';
  readonly requestId: string;
  readonly sealed: Sealed;
  readonly leaf: Leaf;
  readonly checkpoint: string;
}
