// What authorizing needs of this machine and of the Signer; the app hands it in.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import type { Decision, Sealed } from '../../core/decision/decision.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import type { Trust } from '../../core/trust/chain.ts';
import type { Hardware } from '../../ports/hand/prove.ts';

/** The journal as authorizing sees it. `must` rejects with Refusal when it cannot be durable; `urgent` never does. */
export interface AuthorizeJournal {
  head(): Head;
  append(entry: JournalEntry, urgency: 'must' | 'urgent'): Promise<unknown>;
  /** The intent for a challenge that was not signed yet. */
  intent(challenge: string): Decision | undefined;
  /** The sealed decision on a request that is durable here and not acknowledged. */
  undelivered(requestId: string): Sealed | undefined;
  /** Whether an approval of this request left this machine before, whatever the Signer said of it. */
  approvalLeft(requestId: string): boolean;
  /** What a key that this officer holds signed for this request before. */
  heldSignature(requestId: string): { readonly keyid: string; readonly sig: string } | undefined;
}

export interface AuthorizePorts {
  readonly crypto: Crypto;
  readonly trust: () => Trust;
  readonly officer: string;
  readonly machine: string;
  readonly journal: AuthorizeJournal;
  readonly hardware: Hardware;
  /** A challenge of the Signer's for this officer and request: the same one while it is unanswered. */
  readonly challenge: (requestId: string) => Promise<string>;
  /** Signs a whole message with the machine's key (DER). */
  readonly countersign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly now: () => Date;
  /** Told of what a person must look at. */
  readonly alarm: (code: string, about: string) => Promise<void>;
  /** Told before an undelivered decision of the other verdict is replaced: it must not leave any more. */
  readonly withdraw: (challenge: string) => Promise<void>;
}

/** What the officer wants, and with which of their devices. A denial needs a reason. */
export interface Wish {
  readonly reason: string;
  readonly device: string;
}
