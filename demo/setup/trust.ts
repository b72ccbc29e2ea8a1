// The demo's policy and version 1 of its directory: what everybody is given, pinned, and checks everything against.
import { DIRECTORY_TYPE, parseDirectory, type Directory } from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import { Policy, POLICY_TYPE } from '../../core/policy/policy.ts';
import type { QuorumRule } from '../../core/policy/quorum-rule.ts';
import { viewVersions } from '../../core/review/view.ts';
import { CHAIN_TYPE, verifyChain, type DirectoryChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { deciderRole, type Person } from './people.ts';
import type { SignerKeys } from './signer-keys.ts';

export const TENANT = 'acme';
/** The pipeline's token subject, and the officer who can start it. */
export const PIPELINE = 'ci@acme.test';
export const STARTER = 'cai';
export const ORIGIN = 'signer.demo.test/log';
/** Reserved for tests (RFC 6761, 6.2): no web login will ever be served there. */
export const RP_ID = 'console.signer.demo.test';

const rule = (approvals: number, presence: QuorumRule['presence']): QuorumRule => ({
  approvals,
  roles: [{ role: deciderRole, count: approvals }],
  presence,
});

const USUAL_RATE = 600;

/** One officer for a scanner that is not trusted, two for a key that wants a quorum; a PIN typed on the host counts only there. */
export function makePolicy(defaultKey: string, requestsPerMinute = USUAL_RATE): Policy {
  const hand: QuorumRule['presence'] = ['touch', 'pinpad'];
  const any: QuorumRule['presence'] = [...hand, 'pin'];
  return parseAs(Policy, {
    _type: POLICY_TYPE,
    requestSeconds: 3600,
    approvalSeconds: 900,
    outboxSeconds: 300,
    witnesses: 0,
    defaultKey,
    requestsPerMinute,
    kinds: {
      'manual-approval': { quorum: rule(1, hand), blind: rule(2, hand) },
      'key-approval': { quorum: rule(2, any), blind: null },
      'emergency-bypass': { quorum: rule(2, hand), blind: null },
      ceremony: { quorum: rule(2, hand), blind: null },
    },
  });
}

/** The trusted things of one demo. `pin` is the digest of version 1. */
export interface DemoTrust {
  readonly policy: Policy;
  readonly directory: Directory;
  readonly chain: DirectoryChain;
  readonly pin: string;
}

/** `ca` is base64 of the CA's certificate, `now` RFC 3339; `rate` is how many requests a minute the policy allows. */
export interface TrustOptions {
  readonly ca: string;
  readonly now: string;
  readonly rate?: number;
}

/** Makes version 1. It bears no signatures: whoever pins it says that it is the one (protocol.md 2). */
export function makeTrust(
  people: readonly Person[],
  keys: SignerKeys,
  { ca, now, rate }: TrustOptions,
): DemoTrust {
  const policy = makePolicy(keys.release, rate);
  const directory = parseDirectory({
    _type: DIRECTORY_TYPE,
    version: 1,
    previous: null,
    environment: 'demo',
    origin: ORIGIN,
    rpId: RP_ID,
    issuedAt: now,
    change: rule(2, ['touch', 'pinpad']),
    policy: digestOf(nodeCrypto, policy),
    views: [...viewVersions],
    officers: people.map((person) => person.officer),
    machines: people.map((person) => person.machine),
    callers: [{ tenant: TENANT, subject: PIPELINE, startedBy: [STARTER] }],
    keys: keys.keys,
    witnesses: [],
    ca: [ca],
  });
  const chain: DirectoryChain = { _type: CHAIN_TYPE, versions: [{ directory, signatures: [] }] };
  const pin = digestOf(nodeCrypto, directory);
  verifyChain(nodeCrypto, chain, pin);
  return { policy, directory, chain, pin };
}
