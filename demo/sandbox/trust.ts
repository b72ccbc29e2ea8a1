// The sandbox's directory and policy: keys in files, one officer without a device, room for a thousand requests a minute.
import { DIRECTORY_TYPE, parseDirectory, type SignerKey } from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import { Policy, POLICY_TYPE } from '../../core/policy/policy.ts';
import type { QuorumRule } from '../../core/policy/quorum-rule.ts';
import { viewVersions } from '../../core/review/view.ts';
import { CHAIN_TYPE, type DirectoryChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { makeFileKey } from '../setup/file-keys.ts';

/** The key that signs when every gate is passed, and the one that signs what was held. */
export const RELEASE = 'file:release';
const APPROVED = 'file:release-approved';
const OFFICER_ROLE = 'security-officer';

function rule(approvals: number): QuorumRule {
  return { approvals, roles: [{ role: OFFICER_ROLE, count: approvals }], presence: ['touch', 'pinpad'] };
}

function policyOf(): Policy {
  const kind = { quorum: rule(1), blind: null };
  return parseAs(Policy, {
    _type: POLICY_TYPE,
    requestSeconds: 3600,
    approvalSeconds: 900,
    outboxSeconds: 300,
    witnesses: 0,
    defaultKey: RELEASE,
    requestsPerMinute: 6000,
    kinds: {
      'manual-approval': { quorum: rule(1), blind: rule(2) },
      'key-approval': kind,
      'emergency-bypass': kind,
      ceremony: kind,
    },
  });
}

async function keysIn(folder: string, since: string): Promise<SignerKey[]> {
  const rest = {
    approvalOnly: false,
    sibling: null,
    holder: null,
    state: 'active',
    notBefore: since,
    notAfter: null,
  } as const;
  const make = (id: string) => makeFileKey(folder, id, id === 'log' ? 'ed25519' : 'ecdsa-p256-sha256');
  return [
    { ...rest, name: RELEASE, use: 'release', key: await make('release'), sibling: APPROVED, tenants: [] },
    {
      ...rest,
      name: APPROVED,
      use: 'release',
      key: await make('release-approved'),
      approvalOnly: true,
      tenants: [],
    },
    { ...rest, name: 'file:log', use: 'log', key: await make('log'), tenants: [] },
    { ...rest, name: 'file:attestation', use: 'attestation', key: await make('attestation'), tenants: [] },
  ];
}

/** Makes the keys as files in `keys`, and version 1 with the policy that it names. `now` is RFC 3339 UTC. */
export async function makeTrust(
  keys: string,
  now: string,
): Promise<{ chain: DirectoryChain; policy: Policy; pin: string }> {
  const policy = policyOf();
  const directory = parseDirectory({
    _type: DIRECTORY_TYPE,
    version: 1,
    previous: null,
    environment: 'demo',
    origin: 'signer.sandbox.test/log',
    rpId: 'console.sandbox.test',
    issuedAt: now,
    change: rule(1),
    policy: digestOf(nodeCrypto, policy),
    views: [...viewVersions],
    officers: [
      {
        id: 'sandbox',
        name: 'Nobody: the sandbox has no officer',
        roles: [OFFICER_ROLE],
        subjects: [],
        devices: [],
      },
    ],
    machines: [],
    callers: [],
    keys: await keysIn(keys, now),
    witnesses: [],
    ca: [],
  });
  const chain: DirectoryChain = { _type: CHAIN_TYPE, versions: [{ directory, signatures: [] }] };
  return { chain, policy, pin: digestOf(nodeCrypto, directory) };
}
