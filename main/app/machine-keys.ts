// This machine's two keys: one countersigns decisions, one cosigns checkpoints. In the OS's secret store, or in 0600 files.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../../core/bytes/bytes.ts';
import { LackFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';
import { findSecretStore, type SecretStore } from './secret-store.ts';

/** A key that signs whole messages: P-256 in DER, or Ed25519 as in RFC 8032. */
export interface MachineKey {
  readonly key: PublicKey;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** `where` is shown to the person: in the OS's store, or in files that whoever is this user can read. */
export interface MachineKeys {
  readonly where: 'secret-service' | 'file';
  readonly machine: MachineKey;
  readonly witness: MachineKey;
}

/** `dir`: where the files lie, or would. `name`: the machine's id. `store`: null for files whatever the machine has. */
export interface MachineKeysOptions {
  readonly dir: string;
  readonly name: string;
  readonly store?: SecretStore | null;
}

const kinds = ['machine', 'witness'] as const;
type Kind = (typeof kinds)[number];
const OTHERS = 0o077;

function keyOf(object: KeyObject, kind: Kind, where: string): MachineKey {
  const fits =
    kind === 'witness'
      ? object.asymmetricKeyType === 'ed25519'
      : object.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!fits) throw new LackFault('file_malformed', `${where} holds no ${kind} key`);
  const spki = createPublicKey(object).export({ format: 'der', type: 'spki' }).toString('base64');
  const hash = kind === 'witness' ? null : 'sha256';
  return {
    key: { alg: kind === 'witness' ? 'ed25519' : 'ecdsa-p256-sha256', spki },
    sign: async (message) => new Uint8Array(sign(hash, message, object)),
  };
}

function parsed(pem: string, kind: Kind, where: string): MachineKey {
  let object: KeyObject;
  try {
    object = createPrivateKey({ key: pem, format: 'pem' });
  } catch (cause) {
    throw new LackFault('file_malformed', `${where} holds no private key`, cause);
  }
  return keyOf(object, kind, where);
}

function made(kind: Kind): string {
  const pair =
    kind === 'witness'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function readPem(path: string): Promise<string | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  const { mode } = await lstat(path);
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
    throw new LackFault('file_malformed', `${path} can be read by others: chmod 600`);
  return Buffer.from(bytes).toString('utf8');
}

/** Files come first where they are: whoever made them enrolled these keys. */
async function fromFiles(dir: string): Promise<MachineKeys | undefined> {
  const [machine, witness] = await Promise.all(kinds.map((kind) => readPem(join(dir, `${kind}.pem`))));
  if (machine === undefined && witness === undefined) return undefined;
  if (machine === undefined || witness === undefined)
    throw new LackFault('file_missing', `one of the two keys in ${dir}`);
  return {
    where: 'file',
    machine: parsed(machine, 'machine', dir),
    witness: parsed(witness, 'witness', dir),
  };
}

async function fromStore(store: SecretStore, name: string): Promise<MachineKeys> {
  const key = async (kind: Kind): Promise<MachineKey> => {
    const secret = `${name}/${kind}`;
    const known = await store.get(secret);
    if (known !== undefined) return parsed(known, kind, store.where);
    const pem = made(kind);
    await store.put(secret, pem);
    return parsed(pem, kind, store.where);
  };
  return { where: store.where, machine: await key('machine'), witness: await key('witness') };
}

async function makeFiles(dir: string): Promise<void> {
  await makePrivateDir(dir);
  for (const kind of kinds) await writeAtomic(join(dir, `${kind}.pem`), utf8(made(kind)));
}

/**
 * Opens this machine's keys, or makes them. Throws LackFault `file_malformed` for files that others may read or that hold
 * something else, `file_missing` when only one of the two is there.
 */
export async function openMachineKeys(options: MachineKeysOptions): Promise<MachineKeys> {
  const { dir, name } = options;
  const known = await fromFiles(dir);
  if (known) return known;
  const store = options.store === undefined ? await findSecretStore() : options.store;
  if (store) return fromStore(store, name);
  await makeFiles(dir);
  const fresh = await fromFiles(dir);
  if (!fresh) throw new LackFault('file_missing', dir);
  return fresh;
}
