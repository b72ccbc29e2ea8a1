// What the desk (the use cases) asks of other rooms, and what they ask of it.
import type { BypassBody } from '../../contract/wire/bypass.ts';
import type { DirectoryAnswer } from '../../contract/wire/log.ts';
import type { SignBody, SignedAnswer, HeldAnswer, StatusAnswer } from '../../contract/wire/sign.ts';
import type { Sealed } from '../../core/decision/decision.ts';
import type { Evidence } from '../../core/evidence-file/evidence.ts';
import type { SignatureEvidence } from '../../core/evidence-file/signature.ts';
import type { SpendEvidence } from '../../core/evidence-file/spend.ts';
import type { HoldState } from '../../core/hold/hold.ts';
import type { Leaf, LogRecord } from '../../core/log/record.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Finding, Request } from '../../core/request/request.ts';
import type { DirectorySignature } from '../../core/trust/chain.ts';
import type { Proposal } from '../../core/trust/proposal.ts';

/** A caller whose OpTok was accepted: tenant and subject of the token, thumbprint of the key it is bound to. */
export interface Caller {
  readonly tenant: string;
  readonly subject: string;
  readonly jkt: string;
  /** The `optok` finding, with the facts that were used. */
  readonly finding: Finding;
}

/** The gate `poe` looks at the entitlement token alone, whatever it was sent with. */
export type PoeGate = (caller: Caller, body: Pick<SignBody, 'poe'>) => Promise<Finding>;

/** One gate after `optok`: looks, and says what it saw. Never throws for a negative answer. */
export type Gate = (caller: Caller, body: SignBody) => Promise<Finding>;

/** The gates that the desk runs in order, after idempotency and quota. */
export interface Gates {
  readonly poe: PoeGate;
  readonly release: Gate;
}

/** Signs with the Signer's own keys, by the name they have in the directory. */
export interface KeyProvider {
  /** Whether this provider holds the key. */
  holds(name: string): boolean;
  /** A signature over the whole message: DER for ECDSA, 64 bytes for Ed25519. Throws CallerFault `key_unavailable`. */
  sign(name: string, message: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What came of a submission. */
export type Outcome =
  | { readonly kind: 'signed'; readonly answer: SignedAnswer }
  | { readonly kind: 'held'; readonly answer: HeldAnswer };

/** One hold as the feed hands it to Consoles; same shape as the wire's Hold. */
export interface HoldRow {
  readonly request: Request;
  readonly state: HoldState;
  readonly code: string | null;
  readonly held: Omit<Leaf, 'proof'>;
  readonly decisions: readonly Sealed[];
}

/** An event in a tenant's gapless sequence. */
export type FeedEvent =
  | { readonly tenant: string; readonly seq: number; readonly event: 'hold'; readonly hold: HoldRow }
  | {
      readonly tenant: string;
      readonly seq: number;
      readonly event: 'alarm';
      readonly code: string;
      readonly about: string;
    }
  | { readonly tenant: string; readonly seq: number; readonly event: 'grant'; readonly grant: Grant };

/** A decision recorded: its leaf with a proof at the checkpoint. */
export interface Recorded {
  readonly challenge: string;
  readonly leaf: Leaf;
  readonly checkpoint: string;
}

/** Who is at the other end of a link: taken from the verified session, never from a message. */
export interface Seat {
  readonly session: string;
  readonly officer: string;
  readonly machine: string;
}

/** Proposals that are open, oldest first, and how the last others ended: in force (null), or the code of why not. */
export interface OpenProposals {
  readonly open: readonly { readonly digest: string; readonly proposal: Proposal }[];
  readonly ended: readonly { readonly digest: string; readonly code: string | null }[];
}

/** How the directory changes while the Signer runs. A proposal goes by the digest of the version that it proposes. */
export interface DirectoryDesk {
  /** Opens a proposal that bears its proposer's signature alone. */
  propose(seat: Seat, proposal: Proposal): Promise<void>;
  /** Adds an officer's signature; with the last one that the rule asks for the version is in force. */
  sign(seat: Seat, digest: string, signature: DirectorySignature): Promise<void>;
  withdraw(seat: Seat, digest: string): Promise<void>;
  /** A version that brings its whole quorum with it, from anybody; the same one again gets the same answer. */
  publish(proposal: Proposal): Promise<DirectoryAnswer>;
  proposals(): Promise<OpenProposals>;
  /** Calls back after each change of proposals or directory; returns the unsubscribe. A hint only. */
  onChange(listener: () => void): () => void;
}

/** The use cases. Every method throws our own faults only. */
export interface Desk {
  /** POST sign/dsse after `optok`. `origin` is the API's absolute base URL, for statusUrl. Same key and body: the same outcome. */
  submit(caller: Caller, body: SignBody, idempotencyKey: string, origin: string): Promise<Outcome>;
  /**
   * POST bypass-requests after `optok` with its own scope. Throws CallerFault `tenant_forbidden`, `bypass_not_needed` while
   * the licensing service answers or its last yes still counts, `bypass_limit`, `not_entitled`.
   */
  raiseBypass(caller: Caller, body: BypassBody, idempotencyKey: string, origin: string): Promise<HeldAnswer>;
  status(tenant: string, id: string, origin: string): Promise<StatusAnswer>;
  /** Withdraws a waiting request of the tenant. Throws `not_waiting` when it has ended. */
  withdraw(tenant: string, id: string): Promise<void>;
  /**
   * For the tenant itself (`tenant`), or for an officer (null: any tenant). Throws `not_found` before it ended signed or
   * denied.
   */
  evidence(tenant: string | null, id: string): Promise<Evidence>;
  /** The same of what was signed under a grant: how the grant came about, and how it was spent. Throws `not_found`. */
  spendEvidence(tenant: string | null, id: string): Promise<SpendEvidence>;
  /**
   * The same of what was signed at once: its place in the log among the directory's versions, as they are now. Throws
   * `not_found`.
   */
  signatureEvidence(tenant: string | null, id: string): Promise<SignatureEvidence>;
  payload(id: string, digest: string): Promise<Uint8Array>;

  /** A fresh challenge for this officer and request; the same one again while it is unanswered. */
  challenge(seat: Seat, requestId: string): Promise<string>;
  /** Records a decision. The same bytes for a challenge get the same answer; other bytes are `challenge_reused` and an alarm. */
  decide(seat: Seat, sealed: Sealed): Promise<Recorded>;
  /** What became of a challenge, or null when nothing did. */
  ask(seat: Seat, challenge: string): Promise<Recorded | null>;
  /** An officer-held key's signature (DER) over the payload's PAE, after the quorum. */
  officerSignature(seat: Seat, requestId: string, keyid: string, signature: Uint8Array): Promise<void>;
  /** Adds a witness's cosignature line to the checkpoint of that size. */
  cosign(seat: Seat, size: number, line: string): Promise<void>;
  /** Ends a grant at once, for any one officer. One that is over stays as it is. Throws CallerFault `not_found`. */
  revokeGrant(seat: Seat, grant: string, reason: string): Promise<void>;
  /** Logs a session's beginning; remembers the journal head that each decision brings, and returns the machine's last one. */
  seated(seat: Seat): Promise<{ journalHead: { origin: string; size: number; root: string } | null }>;

  /** Events after `seq`, oldest first, at most `limit`. Null when the sequence no longer reaches back so far: take a snapshot. */
  events(tenant: string, after: number, limit: number): Promise<readonly FeedEvent[] | null>;
  /** All open holds of a tenant and the sequence number that they are as of, paged by request id. */
  snapshot(
    tenant: string,
    afterId: string,
    limit: number,
  ): Promise<{ seq: number; holds: readonly HoldRow[]; more: boolean }>;
  /** A tenant's grants: those in force, then the newest of those that are over; 64 at most. */
  grants(tenant: string): Promise<readonly Grant[]>;
  /** Tenants that have ever had an event, with their newest sequence number. */
  tenants(): Promise<readonly { tenant: string; seq: number }[]>;
  /** Calls back after each commit that made events; returns the unsubscribe. A hint only: listeners read `events`. */
  onEvents(listener: (tenant: string) => void): () => void;

  readonly log: LogReader;
  readonly directory: DirectoryDesk;
}

/** The log as others read it. */
export interface LogReader {
  /** The newest checkpoint as a C2SP signed note, with the cosignatures gathered so far. */
  checkpoint(): Promise<string>;
  size(): Promise<number>;
  inclusion(index: number, size: number): Promise<string[]>;
  consistency(oldSize: number, newSize: number): Promise<string[]>;
  /** Appends one record and returns its leaf index; durable before it returns. */
  append(record: LogRecord): Promise<number>;
}
