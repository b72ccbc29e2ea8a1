// The directory of a rehearsal: version 1 of a Signer that does not exist, with three people and the key to replace.
import { generateKeyPairSync } from 'node:crypto';
import {
  DIRECTORY_TYPE,
  parseDirectory,
  type Device,
  type SignerKey,
} from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto, PublicKey } from '../../core/key/crypto.ts';
import { viewVersions } from '../../core/review/view.ts';
import { CHAIN_TYPE, type DirectoryChain } from '../../core/trust/chain.ts';
import type { Role } from '../../core/ceremony/script.ts';

/** Reserved names (RFC 2606, 2): no log and no relying party is ever called so. */
export const REHEARSAL_ORIGIN = 'rehearsal.invalid/log';
export const REHEARSAL_RP = 'rehearsal.invalid';

/** Who plays which part. */
export const cast: readonly { readonly role: Role; readonly officer: string; readonly name: string }[] = [
  { role: 'operator', officer: 'ana', name: 'Ana (rehearsal)' },
  { role: 'custodian', officer: 'ben', name: 'Ben (rehearsal)' },
  { role: 'witness', officer: 'cai', name: 'Cai (rehearsal)' },
];

const CHANGES = 'security-officer';

function key(since: string, name: string, use: SignerKey['use'], publicKey: PublicKey): SignerKey {
  return {
    name,
    use,
    key: publicKey,
    approvalOnly: false,
    sibling: null,
    holder: null,
    state: 'active',
    notBefore: since,
    notAfter: null,
    tenants: [],
  };
}

/** A key that must be named and never signs: its private half is dropped at once. */
function idleKey(): PublicKey {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { alg: 'ecdsa-p256-sha256', spki };
}

/** What version 1 is made of. */
export interface Content {
  readonly since: string;
  readonly devices: ReadonlyMap<string, Device>;
  readonly log: PublicKey;
  readonly old: { readonly uri: string; readonly key: PublicKey };
}

/** The chain of version 1 alone. Throws Refusal for a content that is no directory. */
export function rehearsalChain(crypto: Crypto, { since, devices, log, old }: Content): DirectoryChain {
  const directory = parseDirectory({
    _type: DIRECTORY_TYPE,
    version: 1,
    previous: null,
    environment: 'demo',
    origin: REHEARSAL_ORIGIN,
    rpId: REHEARSAL_RP,
    issuedAt: since,
    change: { approvals: 2, roles: [{ role: CHANGES, count: 2 }], presence: ['touch', 'pinpad'] },
    // nothing is ever decided here, so there is no policy to read
    policy: digestOf(crypto, { _type: 'https://stella.ops/signer/rehearsal-policy/v1' }),
    views: [...viewVersions],
    officers: cast.map(({ role, officer, name }) => ({
      id: officer,
      name,
      roles: [role === 'witness' ? 'witness' : CHANGES],
      subjects: [],
      devices: [devices.get(officer)],
    })),
    machines: [],
    callers: [],
    keys: [
      key(since, old.uri, 'release', old.key),
      key(since, 'file:log', 'log', log),
      key(since, 'file:attestation', 'attestation', idleKey()),
    ],
    witnesses: [],
    ca: [],
  });
  return { _type: CHAIN_TYPE, versions: [{ directory, signatures: [] }] };
}
