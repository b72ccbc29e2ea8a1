// What the journal's records add up to: what is decided, what must still leave, what was denied.
import type { JournalEntry, JournalRecord } from '../../contract/stored/console-journal.ts';
import type { Decision, Sealed } from '../../core/decision/decision.ts';
import type { DirectorySignature } from '../../core/trust/chain.ts';

/** A decision that is durable and neither evidenced nor given up. `sent`: it has left at least once. */
export interface Pending {
  readonly sealed: Sealed;
  readonly storedAt: string;
  readonly sent: boolean;
}

/** A held key's signature that must still reach the Signer. */
export interface PendingSignature {
  readonly requestId: string;
  readonly keyid: string;
  readonly sig: string;
  readonly storedAt: string;
}

/** The journal as a value. `intents`: by challenge, asked for and not signed, since the last outcome. `stands`: the verdict given for a request. */
export class Fold {
  readonly intents = new Map<string, Decision>();
  readonly pending = new Map<string, Pending>();
  readonly signatures = new Map<string, PendingSignature>();
  readonly stands = new Map<string, { readonly challenge: string; readonly verdict: Decision['verdict'] }>();
  /** Requests of which an approval left this machine, whatever was said of it afterwards. */
  readonly approvalsLeft = new Set<string>();
  /** By request: what a held key signed, however it ended. */
  readonly heldSignatures = new Map<string, { readonly keyid: string; readonly sig: string }>();
  /** By digest of the version: what was signed here for the directory, and whether its proposal has ended. */
  readonly endorsed = new Map<string, { readonly signature: DirectorySignature; readonly ended: boolean }>();

  /** Takes one more record into account. */
  apply({ at, entry }: Pick<JournalRecord, 'at' | 'entry'>): void {
    if (entry.event === 'intent') this.intents.set(entry.decision.challenge, entry.decision);
    else if (entry.event === 'outcome') this.#decided(entry.sealed, at);
    else if (entry.event === 'sent') this.#sent(entry.challenge);
    else if (entry.event === 'failed' || entry.event === 'not-sent' || entry.event === 'refused')
      this.#withdrawn(entry.challenge);
    else if (entry.event === 'evidenced') this.pending.delete(entry.challenge);
    else if (entry.event === 'directory-outcome')
      this.endorsed.set(entry.directory, { signature: entry.signature, ended: false });
    else if (entry.event === 'directory-ended') this.#ended(entry.directory);
    else this.#held(at, entry);
  }

  #ended(digest: string): void {
    const before = this.endorsed.get(digest);
    if (before) this.endorsed.set(digest, { ...before, ended: true });
  }

  #held(at: string, entry: JournalEntry): void {
    if (entry.event === 'held-outcome') {
      const { requestId, keyid, sig } = entry;
      this.signatures.set(requestId, { requestId, keyid, sig, storedAt: at });
      this.heldSignatures.set(requestId, { keyid, sig });
    } else if (entry.event === 'held-ended' || entry.event === 'held-failed')
      this.signatures.delete(entry.requestId);
  }

  #decided(sealed: Sealed, at: string): void {
    const { challenge, requestId, verdict } = sealed.decision;
    // An earlier intent names an earlier journal head: signed after this one it would look like a shorter journal.
    this.intents.clear();
    this.pending.set(challenge, { sealed, storedAt: at, sent: false });
    this.stands.set(requestId, { challenge, verdict });
  }

  #sent(challenge: string): void {
    const before = this.pending.get(challenge);
    if (!before) return;
    this.pending.set(challenge, { ...before, sent: true });
    const { requestId, verdict } = before.sealed.decision;
    if (verdict === 'approve') this.approvalsLeft.add(requestId);
  }

  /** It did not count: the verdict no longer stands, unless another one took its place. A failed touch keeps its intent. */
  #withdrawn(challenge: string): void {
    const before = this.pending.get(challenge);
    this.pending.delete(challenge);
    if (!before) return;
    const { requestId } = before.sealed.decision;
    if (this.stands.get(requestId)?.challenge === challenge) this.stands.delete(requestId);
  }
}
