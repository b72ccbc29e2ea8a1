// A whole small world with software keys: directory, policy, officers, machines, the Signer's keys.
import { randomBytes } from 'node:crypto';
import { canonical } from '../../core/json/canonical.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import { PAYLOAD_TYPE, statementOf } from '../../core/dsse/statement.ts';
import {
  DIRECTORY_TYPE,
  parseDirectory,
  type Directory,
  type Officer,
} from '../../core/directory/directory.ts';
import { POLICY_TYPE, type HoldKind, type Policy } from '../../core/policy/policy.ts';
import type { QuorumRule } from '../../core/policy/quorum-rule.ts';
import { kindFor, quorumFor } from '../../core/request/derive.ts';
import { REQUEST_TYPE, type Finding, type Request } from '../../core/request/request.ts';
import { isBlind, viewDigest, viewOf } from '../../core/review/view.ts';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import type { Decision, Expected, Sealed } from '../../core/decision/decision.ts';
import type { SealedSession, Session } from '../../core/decision/session.ts';
import { signable } from '../../core/decision/signable.ts';
import type { Head } from '../../core/log/head.ts';
import { CHAIN_TYPE, verifyChain, type DirectoryChain, type Trust } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { softKey, type SoftKey } from './keys.ts';
import { RP_ID, softHsm, softSecurityKey, type SoftDevice } from './soft-devices.ts';

export const NOW = '2026-11-23T12:00:00.000Z';
export const ORIGIN = 'signer.test/log';
export const TENANT = 'acme';
export const SCANNER = 'ci@acme';

export interface Person {
  readonly id: string;
  readonly officer: Officer;
  readonly key: SoftDevice;
  readonly hsm: SoftDevice;
  readonly machine: { readonly id: string; readonly sign: SoftKey; readonly witness: SoftKey };
}

/** One officer with a security key, an HSM and a machine of their own. */
function person(id: string, roles: string[]): Person {
  const key = softSecurityKey(`${id}-key`);
  const hsm = softHsm(`${id}-hsm`);
  const officer = { id, name: id, roles, subjects: [`${id}@acme`], devices: [key.device, hsm.device] };
  return {
    id,
    officer,
    key,
    hsm,
    machine: { id: `${id}-machine`, sign: softKey(), witness: softKey('ed25519') },
  };
}

const rule = (approvals: number, presence: QuorumRule['presence'] = ['touch', 'pinpad']): QuorumRule => ({
  approvals,
  roles: [{ role: 'security-officer', count: approvals }],
  presence,
});

function policyOf(overrides: Partial<Policy>): Policy {
  return {
    _type: POLICY_TYPE,
    requestSeconds: 3600,
    approvalSeconds: 900,
    outboxSeconds: 300,
    witnesses: 0,
    defaultKey: 'file:release',
    requestsPerMinute: 6000,
    kinds: {
      'manual-approval': { quorum: rule(1), blind: rule(2) },
      'key-approval': { quorum: rule(2, ['touch', 'pinpad', 'pin']), blind: null },
      'emergency-bypass': { quorum: rule(2), blind: null },
      ceremony: { quorum: rule(2), blind: null },
    },
    ...overrides,
  };
}

export interface World {
  readonly policy: Policy;
  readonly directory: Directory;
  readonly chain: DirectoryChain;
  readonly pin: string;
  readonly trust: Trust;
  /** ana, ben and cai are security officers; dan is an auditor and may not decide; ben can start the caller. */
  readonly people: Readonly<Record<'ana' | 'ben' | 'cai' | 'dan', Person>>;
  /** By directory name: file:release, file:release-approved, pkcs11:..held by ana, file:log, file:attestation. */
  readonly keys: Readonly<Record<string, SoftKey>>;
  readonly held: string;
}

/** Makes a world. `ben` is named as able to start `nightly@acme`, never `ci@acme`. */
export function makeWorld(overrides: Partial<Policy> = {}): World {
  const people = {
    ana: person('ana', ['security-officer']),
    ben: person('ben', ['security-officer']),
    cai: person('cai', ['security-officer']),
    dan: person('dan', ['auditor']),
  };
  const held = 'pkcs11:token=ana;id=%02;type=private';
  const keys: Record<string, SoftKey> = {
    'file:release': softKey(),
    'file:release-approved': softKey(),
    [held]: softKey(),
    'file:log': softKey('ed25519'),
    'file:attestation': softKey(),
  };
  const policy = policyOf(overrides);
  const window = { state: 'active' as const, notBefore: '2026-01-01T00:00:00Z', notAfter: null, tenants: [] };
  const plain = { approvalOnly: false, sibling: null, holder: null, ...window };
  const everybody = Object.values(people);
  const directory = parseDirectory({
    _type: DIRECTORY_TYPE,
    version: 1,
    previous: null,
    environment: 'demo',
    origin: ORIGIN,
    rpId: RP_ID,
    issuedAt: NOW,
    change: rule(2, ['touch', 'pinpad', 'pin']),
    policy: digestOf(nodeCrypto, policy),
    views: ['1'],
    officers: everybody.map((p) => p.officer),
    machines: everybody.map((p) => ({
      id: p.machine.id,
      key: p.machine.sign.key,
      witness: p.machine.witness.key,
    })),
    callers: [
      { tenant: TENANT, subject: SCANNER, startedBy: [] },
      { tenant: TENANT, subject: 'nightly@acme', startedBy: ['ben'] },
    ],
    keys: [
      {
        name: 'file:release',
        use: 'release',
        key: keys['file:release']!.key,
        ...plain,
        sibling: 'file:release-approved',
      },
      {
        name: 'file:release-approved',
        use: 'release',
        key: keys['file:release-approved']!.key,
        ...plain,
        approvalOnly: true,
      },
      { name: held, use: 'release', key: keys[held]!.key, ...plain, approvalOnly: true, holder: 'ana' },
      { name: 'file:log', use: 'log', key: keys['file:log']!.key, ...plain },
      { name: 'file:attestation', use: 'attestation', key: keys['file:attestation']!.key, ...plain },
    ],
    witnesses: [],
    ca: [],
  });
  const chain: DirectoryChain = { _type: CHAIN_TYPE, versions: [{ directory, signatures: [] }] };
  const pin = digestOf(nodeCrypto, directory);
  return { policy, directory, chain, pin, trust: verifyChain(nodeCrypto, chain, pin), people, keys, held };
}

/** A successor of the chain's last version, changed by `change` and signed with their security keys by `signers`. */
export function successor(
  chain: DirectoryChain,
  change: (next: Directory) => void,
  signers: readonly Person[],
): DirectoryChain {
  const before = chain.versions.at(-1)!.directory;
  const next = structuredClone(before);
  next.version += 1;
  next.previous = digestOf(nodeCrypto, before);
  change(next);
  const signatures = signers.map((p) => ({
    officer: p.id,
    device: p.key.device.id,
    proof: p.key.prove('directory', next),
  }));
  return { ...chain, versions: [...chain.versions, { directory: next, signatures }] };
}

/** A small CycloneDX statement as canonical payload bytes. */
export function samplePayload(
  name = 'app.tgz',
  predicateType = 'https://cyclonedx.org/bom',
  predicate: object = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] },
): Uint8Array {
  const sha256 = Buffer.from(nodeCrypto.sha256(Buffer.from(name))).toString('hex');
  return canonical(
    statementOf({
      subject: [{ name, digest: { sha256 } }],
      predicateType,
      predicate: predicate as Record<string, never>,
    }),
  );
}

export const findings = (release: Finding['result'] = 'fail', subject = SCANNER): Finding[] => [
  { gate: 'optok', result: 'pass', code: 'accepted', facts: { subject } },
  { gate: 'poe', result: 'pass', code: 'entitled', facts: { plan: 'team' } },
  {
    gate: 'release',
    result: release,
    code: release === 'pass' ? 'allowlisted' : 'not_allowlisted',
    facts: {},
  },
];

const ULID = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A request id; tests do not need its time part to be true. */
export function newRequestId(): string {
  return `01${[...randomBytes(24)].map((b) => ULID[b % 32]).join('')}`;
}

/** A held request over a payload, as an honest Signer would freeze it. */
export function makeRequest(world: World, payload: Uint8Array, overrides: Partial<Request> = {}): Request {
  const keys = overrides.keys ?? ['file:release-approved'];
  const seen = overrides.findings ?? findings('fail', overrides.requester?.subject);
  const kind: HoldKind = kindFor(seen, world.directory, keys) ?? 'manual-approval';
  const blind = isBlind(viewOf(nodeCrypto, '1', PAYLOAD_TYPE, payload));
  return {
    _type: REQUEST_TYPE,
    signer: world.pin,
    id: newRequestId(),
    tenant: TENANT,
    kind,
    requester: { subject: SCANNER, jkt: 'jkt' },
    payloadType: PAYLOAD_TYPE,
    payloadDigest: digestBytes(nodeCrypto, payload),
    mode: 'keyful',
    keys,
    findings: seen,
    quorum: quorumFor(world.policy, world.directory, kind, keys, blind),
    policy: world.directory.policy,
    directory: digestOf(nodeCrypto, world.directory),
    view: '1',
    expires: '2026-11-23T13:00:00.000Z',
    approvalSeconds: world.policy.approvalSeconds,
    grant: null,
    ...overrides,
  };
}

/** What a verifier works out for a request and its payload. */
export function expectedOf(world: World, request: Request, payload: Uint8Array): Expected {
  return {
    signer: world.pin,
    request,
    requestDigest: digestOf(nodeCrypto, request),
    viewDigest: viewDigest(nodeCrypto, viewOf(nodeCrypto, request.view, request.payloadType, payload)),
    directory: world.trust.at(request.directory),
  };
}

export const emptyHead = (origin: string): Head => ({
  origin,
  size: 0,
  root: Buffer.from(nodeCrypto.sha256(new Uint8Array())).toString('base64'),
});

/** An unsigned decision of a person on what they would be shown. */
export function makeDecision(expected: Expected, who: Person, overrides: Partial<Decision> = {}): Decision {
  const { request } = expected;
  return {
    _type: signable.decision.type,
    signer: expected.signer,
    requestId: request.id,
    requestDigest: expected.requestDigest,
    payloadType: request.payloadType,
    payloadDigest: request.payloadDigest,
    view: { version: request.view, digest: expected.viewDigest },
    context: digestBytes(nodeCrypto, new Uint8Array()),
    verdict: 'approve',
    reason: '',
    officer: who.id,
    device: who.key.device.id,
    machine: who.machine.id,
    challenge: randomBytes(32).toString('base64url'),
    logHead: emptyHead(expected.directory.origin),
    journalHead: emptyHead('journal'),
    decidedAt: NOW,
    ...overrides,
  };
}

/** Signs a decision with the person's device (the one it names) and machine. */
export function seal(who: Person, decision: Decision): Sealed {
  const device = decision.device === who.hsm.device.id ? who.hsm : who.key;
  const proof = device.prove('decision', decision);
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, decision, proof));
  return { decision, proof, countersignature: Buffer.from(signature).toString('base64') };
}

/** A session signed at sign-in by the person's security key, and the session's own key. */
export function makeSession(
  world: World,
  who: Person,
  overrides: Partial<Session> = {},
): { sealed: SealedSession; sessionKey: SoftKey } {
  const sessionKey = softKey();
  const session: Session = {
    _type: signable.session.type,
    signer: world.pin,
    officer: who.id,
    device: who.key.device.id,
    machine: who.machine.id,
    sessionKey: sessionKey.key,
    nonce: randomBytes(32).toString('base64url'),
    versions: ['1'],
    expires: '2026-11-23T20:00:00.000Z',
    ...overrides,
  };
  const proof = who.key.prove('session', session);
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, session, proof));
  return {
    sealed: { session, proof, countersignature: Buffer.from(signature).toString('base64') },
    sessionKey,
  };
}
