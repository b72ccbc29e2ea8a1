// The directory: who is trusted. One version of it as a schema, and the rules that hold inside one version.
import { z } from 'zod';
import { fromBase64 } from '../bytes/base64.ts';
import { Base64 } from '../bytes/form.ts';
import { Refusal } from '../fault/fault.ts';
import { Digest } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import { PublicKey } from '../key/crypto.ts';
import { algorithmOf } from '../key/spki.ts';
import { QuorumRule } from '../policy/quorum-rule.ts';
import { Base64Url, Id, KeyName, Presence, Time } from '../name/names.ts';

export const DIRECTORY_TYPE = 'https://stella.ops/signer/directory/v1';

const Attestation = z.enum(['none', 'self', 'vendor']);

/** Hardware in an officer's hand, as enrolled. A security key always proves a touch. */
export const Device = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('security-key'),
    id: Id,
    key: PublicKey,
    credentialId: Base64Url.min(22),
    aaguid: z.uuid(),
    presence: z.literal('touch'),
    attestation: Attestation,
  }),
  z.strictObject({
    kind: z.literal('hsm'),
    id: Id,
    key: PublicKey,
    uri: KeyName,
    presence: Presence,
    attestation: Attestation,
  }),
]);
export type Device = z.infer<typeof Device>;

/** A person with devices. `subjects` are the token subjects under which this person may ask for signatures. */
export const Officer = z.strictObject({
  id: Id,
  name: z.string().min(1).max(100),
  roles: z.array(Id).max(16),
  subjects: z.array(z.string().min(1).max(200)).max(16),
  devices: z.array(Device).max(16),
});
export type Officer = z.infer<typeof Officer>;

/** A computer that runs a Console: it countersigns decisions (P-256) and cosigns checkpoints (Ed25519). */
export const Machine = z.strictObject({ id: Id, key: PublicKey, witness: PublicKey });
export type Machine = z.infer<typeof Machine>;

/**
 * A key of the Signer. A release key that is not approval-only names its approval-only sibling. `replaces` is the key that
 * this one follows; none is said by leaving it out.
 */
export const SignerKey = z.strictObject({
  name: KeyName,
  use: z.enum(['release', 'log', 'attestation']),
  key: PublicKey,
  approvalOnly: z.boolean(),
  sibling: KeyName.nullable(),
  holder: Id.nullable(),
  state: z.enum(['pending', 'active', 'retiring', 'revoked', 'compromised']),
  notBefore: Time,
  notAfter: Time.nullable(),
  tenants: z.array(Id).max(256),
  replaces: z.exactOptional(KeyName),
});
export type SignerKey = z.infer<typeof SignerKey>;

/** One version. `tenants` of a key: empty means every tenant. `previous` is null in version 1 only. */
export const Directory = z.strictObject({
  _type: z.literal(DIRECTORY_TYPE),
  version: z.int().min(1),
  previous: Digest.nullable(),
  environment: z.enum(['demo', 'staging', 'production']),
  origin: z.string().regex(/^[a-z0-9][a-z0-9./-]{2,199}$/),
  rpId: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
    .max(253),
  issuedAt: Time,
  change: QuorumRule,
  policy: Digest,
  views: z
    .array(z.string().regex(/^\d{1,6}$/))
    .min(1)
    .max(2),
  officers: z.array(Officer).min(1).max(500),
  machines: z.array(Machine).max(1000),
  callers: z
    .array(
      z.strictObject({ tenant: Id, subject: z.string().min(1).max(200), startedBy: z.array(Id).max(100) }),
    )
    .max(5000),
  keys: z.array(SignerKey).min(1).max(500),
  witnesses: z.array(z.strictObject({ name: z.string().regex(/^[!-*,-~]{1,200}$/), key: PublicKey })).max(32),
  ca: z.array(Base64.min(100)).max(8),
});
export type Directory = z.infer<typeof Directory>;

function unique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Refusal('directory_invalid', `${what} ${name} twice`);
    seen.add(name);
  }
}

function checkKeys(directory: Directory): void {
  const byName = new Map(directory.keys.map((k) => [k.name, k]));
  for (const key of directory.keys) {
    const fail = (why: string) => new Refusal('directory_invalid', `key ${key.name} ${why}`);
    if (key.use !== 'release' && (key.approvalOnly || key.sibling || key.holder))
      throw fail('is not a release key');
    if (key.use === 'log' && key.key.alg !== 'ed25519') throw fail('is not Ed25519');
    if (key.holder && !key.approvalOnly) throw fail('has a holder and is not approval-only');
    if (key.holder && !directory.officers.some((o) => o.id === key.holder))
      throw fail('has an unknown holder');
    if (key.approvalOnly && key.sibling) throw fail('is approval-only and has a sibling');
    if (key.sibling && !byName.get(key.sibling)?.approvalOnly)
      throw fail('has a sibling that is not approval-only');
    if (key.sibling && byName.get(key.sibling)?.holder) throw fail('has a sibling that an officer holds');
  }
}

/** Who follows whom is one line for each key: to the same use, in the same hand, without a fork, and only one end is active. */
function checkReplacements({ keys }: Directory): void {
  const byName = new Map(keys.map((k) => [k.name, k]));
  const followed = new Map<string, SignerKey>();
  for (const key of keys) {
    if (key.replaces === undefined) continue;
    const fail = (why: string) => new Refusal('directory_invalid', `key ${key.name} ${why}`);
    const old = byName.get(key.replaces);
    if (!old) throw fail('replaces an unknown key');
    if (old.use !== key.use || old.approvalOnly !== key.approvalOnly || old.holder !== key.holder)
      throw fail(`replaces ${old.name}, which is of another kind`);
    if (followed.has(old.name)) throw fail(`replaces ${old.name}, as another key does`);
    if (key.state === 'active' && (old.state === 'active' || old.state === 'pending'))
      throw fail(`replaces ${old.name}, which is ${old.state}`);
    followed.set(old.name, key);
  }
  for (const key of keys) {
    // No fork: whoever walks more than all keys walks in a circle.
    let [at, steps]: [SignerKey | undefined, number] = [key, 0];
    for (; at?.replaces !== undefined; at = byName.get(at.replaces))
      if (++steps > keys.length) throw new Refusal('directory_invalid', `key ${key.name} replaces itself`);
  }
}

function checkPeople(directory: Directory): void {
  const officers = new Set(directory.officers.map((o) => o.id));
  for (const caller of directory.callers)
    for (const id of caller.startedBy)
      if (!officers.has(id))
        throw new Refusal('directory_invalid', `caller ${caller.subject} names unknown officer ${id}`);
  for (const machine of directory.machines) {
    if (machine.key.alg !== 'ecdsa-p256-sha256')
      throw new Refusal('directory_invalid', `machine ${machine.id} key is not P-256`);
    if (machine.witness.alg !== 'ed25519')
      throw new Refusal('directory_invalid', `machine ${machine.id} witness is not Ed25519`);
  }
}

/** A key may serve one purpose only: the same public key under two names would let a proof for one count for the other. */
function checkKeysApart(directory: Directory): void {
  const devices = directory.officers.flatMap((o) => o.devices);
  unique(
    'officer',
    directory.officers.map((o) => o.id),
  );
  unique(
    'device',
    devices.map((d) => d.id),
  );
  unique(
    'machine',
    directory.machines.map((m) => m.id),
  );
  unique(
    'key',
    directory.keys.map((k) => k.name),
  );
  unique(
    'witness',
    directory.witnesses.map((w) => w.name),
  );
  unique(
    'caller',
    directory.callers.map((c) => `${c.tenant} ${c.subject}`),
  );
  unique(
    'subject',
    directory.officers.flatMap((o) => o.subjects),
  );
  unique(
    'credential',
    devices.flatMap((d) => (d.kind === 'security-key' ? [d.credentialId] : [])),
  );
  checkPublicKeys([
    ...devices.map((d) => d.key),
    ...directory.machines.flatMap((m) => [m.key, m.witness]),
    ...directory.keys.map((k) => k.key),
    ...directory.witnesses.map((w) => w.key),
  ]);
}

/** Texts that differ may be one key (a compressed point, other parameters): only the one usual form is taken. */
function checkPublicKeys(keys: readonly PublicKey[]): void {
  unique(
    'public key',
    keys.map((k) => k.spki),
  );
  for (const { alg, spki } of keys) {
    let found: string;
    try {
      found = algorithmOf(fromBase64(spki));
    } catch (cause) {
      throw new Refusal('directory_invalid', `public key ${spki}`, cause);
    }
    if (found !== alg) throw new Refusal('directory_invalid', `public key ${spki} is not ${alg}`);
  }
}

/** Parses one version and checks what must hold inside it. Throws Refusal `schema` or `directory_invalid`. */
export function parseDirectory(value: unknown): Directory {
  const directory = parseAs(Directory, value);
  checkKeysApart(directory);
  checkKeys(directory);
  checkReplacements(directory);
  checkPeople(directory);
  if ((directory.version === 1) !== (directory.previous === null))
    throw new Refusal('directory_invalid', 'previous');
  return directory;
}
