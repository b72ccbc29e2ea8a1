// The version that a ceremony's quorum signed, trusted beside the chain in force while nobody has published it yet.
import type { Directory } from '../core/directory/directory.ts';
import { Refusal } from '../core/fault/fault.ts';
import { digestOf } from '../core/json/digest.ts';
import type { Crypto } from '../core/key/crypto.ts';
import { verifySuccessor, type DirectorySignature, type Trust } from '../core/trust/chain.ts';
import { PROPOSAL_TYPE, type Proposal } from '../core/trust/proposal.ts';

/** The next version with the signatures of those who decided it. */
export interface Decided {
  readonly directory: Directory;
  readonly voices: readonly DirectorySignature[];
}

/** As the Signer takes it. The first who signed proposes. Throws Refusal `quorum_incomplete` when nobody signed. */
export function proposalOf({ directory, voices }: Decided): Proposal {
  const [first] = voices;
  if (!first) throw new Refusal('quorum_incomplete', 'nobody signed');
  return {
    _type: PROPOSAL_TYPE,
    directory,
    enrolments: [],
    proposedBy: first.officer,
    signatures: [...voices],
  };
}

/**
 * The chain with this version at its end, its quorum checked; the chain itself when the version is in it. Throws Refusal
 * `directory_*`.
 */
export function trustWith(crypto: Crypto, trust: Trust, { directory, voices }: Decided): Trust {
  const digest = digestOf(crypto, directory);
  if (trust.digests.includes(digest)) return trust;
  verifySuccessor(crypto, trust.at(directory.previous ?? ''), directory, voices);
  const newest = directory.version > trust.latest.version;
  return {
    signer: trust.signer,
    latest: newest ? directory : trust.latest,
    latestDigest: newest ? digest : trust.latestDigest,
    digests: [...trust.digests, digest],
    at: (asked) => (asked === digest ? directory : trust.at(asked)),
  };
}
