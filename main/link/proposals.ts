// Proposals as they come over a link: bodies first, then the list of what is open, which makes them count.
import type { EndedProposal, FromSigner } from '../../contract/wire/link.ts';
import { MOST_PROPOSALS } from '../../contract/wire/link.ts';
import { WireFault } from '../../core/fault/fault.ts';
import type { Proposal } from '../../core/trust/proposal.ts';

/** All that is open, unverified, and how others ended. */
export interface ProposalsTold {
  readonly open: readonly { readonly digest: string; readonly proposal: Proposal }[];
  readonly ended: readonly EndedProposal[];
}

type Message = Extract<FromSigner, { type: 'proposal' | 'proposals' }>;

/** Gathers one connection's proposals. */
export class ProposalsHeard {
  readonly #bodies = new Map<string, Proposal>();

  /** The whole, when the message completes one. Throws WireFault `message_invalid` for a list that names what never came. */
  take(message: Message): ProposalsTold | undefined {
    if (message.type === 'proposal') {
      this.#bodies.delete(message.digest);
      this.#bodies.set(message.digest, message.proposal);
      // Between two lists each open one can come again, and none of the last list is gone yet.
      if (this.#bodies.size > 2 * MOST_PROPOSALS)
        throw new WireFault('message_invalid', 'too many proposals');
      return undefined;
    }
    const open = message.open.map((digest) => {
      const proposal = this.#bodies.get(digest);
      if (!proposal) throw new WireFault('message_invalid', `the proposal ${digest} never came`);
      return { digest, proposal };
    });
    for (const digest of this.#bodies.keys()) if (!message.open.includes(digest)) this.#bodies.delete(digest);
    return { open, ended: message.ended };
  }
}
