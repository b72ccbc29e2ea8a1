// Where changes of the directory plug in: what is proposed, as the window shows it, and taking a proposal back.
import type { Fault } from '../../contract/ipc/call.ts';
import type { DirectoryFact, Proposal } from '../../contract/ipc/rooms.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import { wordsOf } from '../../core/words/words.ts';
import type { Console } from './console.ts';
import { beginning, faultOf } from './snapshots/common.ts';

/** What a Console that knows proposals has: each as it was checked here, or why it could not be (`problem`). */
export interface ProposalsConsole {
  proposals(): readonly {
    readonly digest: string;
    readonly proposal: {
      readonly proposedBy: string;
      readonly directory: { readonly version: number; readonly issuedAt: string };
    };
    readonly state: {
      readonly changes: readonly { readonly what: string }[];
      readonly signed: readonly { readonly officer: string }[];
      readonly missing: number;
    } | null;
    readonly problem: { readonly code: string; readonly detail: string } | null;
    readonly signedHere: boolean;
  }[];
  withdrawProposal(digest: string): Promise<void>;
}

export interface Proposals {
  list(): readonly Proposal[];
  withdraw(digest: string): Promise<void>;
}

const LONGEST_FACT = 2000;

/** A fact as text: what it is called by, or all of it. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const named = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const name = named['id'] ?? named['name'] ?? named['subject'];
  return typeof name === 'string' ? name : JSON.stringify(value ?? null);
}

/** A difference as a stable code and its facts. */
export function directoryFact({ what, ...facts }: { readonly what: string }): DirectoryFact {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) texts[name] = beginning(textOf(value), LONGEST_FACT);
  return { code: what, facts: texts };
}

type Open = ReturnType<ProposalsConsole['proposals']>[number];

function mayOf({ problem, signedHere }: Open): Fault | null {
  if (problem) return faultOf(problem);
  return signedHere ? { code: 'officer_decided', detail: '' } : null;
}

function shown(open: Open): Proposal {
  const { digest, proposal, state } = open;
  const signedBy = (state?.signed ?? []).map(({ officer }) => officer);
  return {
    digest,
    words: wordsOf(digest),
    version: proposal.directory.version,
    proposedBy: proposal.proposedBy,
    at: proposal.directory.issuedAt,
    changes: (state?.changes ?? []).slice(0, 2000).map(directoryFact),
    signedBy: signedBy.slice(0, 32),
    needed: signedBy.length + (state?.missing ?? 0),
    may: mayOf(open),
  };
}

/** The proposals of this Console; one that knows none has none. */
export function proposalsOf(console: (Console & Partial<ProposalsConsole>) | null): Proposals {
  return {
    list: () => (console?.proposals?.() ?? []).map(shown),
    withdraw: async (digest) => {
      if (!console?.withdrawProposal) throw new CallerFault('not_found', digest);
      await console.withdrawProposal(digest);
    },
  };
}
