// Where changes of the directory plug in: what is proposed, as the window shows it, and taking an own proposal back.
import type { Proposal } from '../../contract/ipc/rooms.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { wordsOf } from '../../core/words/words.ts';
import type { Console } from './console.ts';
import type { OpenProposal } from './directory.ts';
import { factOf } from './snapshots/changes.ts';
import { faultOf } from './snapshots/common.ts';

export interface Proposals {
  list(): readonly Proposal[];
  withdraw(digest: string): Promise<void>;
}

/** As the window shows it. What does not verify here shows no changes, because none of it is to be believed. */
function shown({ digest, proposal, state, problem, signedHere }: OpenProposal): Proposal {
  const signed = state?.signed ?? [];
  const done = signedHere ? { code: 'officer_decided', detail: proposal.proposedBy } : null;
  return {
    digest,
    words: wordsOf(digest),
    version: proposal.directory.version,
    proposedBy: proposal.proposedBy,
    at: proposal.directory.issuedAt,
    changes: (state?.changes ?? []).map(factOf),
    signedBy: signed.map(({ officer }) => officer),
    needed: signed.length + (state?.missing ?? 0),
    may: problem ? faultOf(problem) : done,
  };
}

/** The proposals that this Console knows; where there is no Console there are none. */
export function proposalsOf(console: Console | null): Proposals {
  return {
    list: () => console?.proposals().map(shown) ?? [],
    withdraw: (digest) =>
      console?.withdrawProposal(digest) ?? Promise.reject(new CallerFault('not_found', digest)),
  };
}
