// The Signer's keys: in SoftHSM where it is here, else in files; and the one that an officer's own HSM holds.
import { join } from 'node:path';
import type { SignerKey } from '../../core/directory/directory.ts';
import type { Crew } from '../crew/crew.ts';
import { makeFileKey } from './file-keys.ts';
import { makeToken, makeTokenKeys, type Found, type Token, type TokenKey } from './soft-hsm.ts';

/** All keys of the directory, and the tokens that hold some of them (null where there is no SoftHSM). */
export interface SignerKeys {
  readonly keys: SignerKey[];
  /** Names in the directory: the key that pipelines use, and the one that wants a quorum. */
  readonly release: string;
  readonly keyful: string;
  readonly token: (Token & { readonly serial: string }) | null;
  /** The HSM of the officer who holds the keyful key. */
  readonly held: Token | null;
  /** The HSM with which another officer decides, and its key. */
  readonly deciding: { readonly token: Token; readonly key: TokenKey } | null;
}

/** `files` is where file keys go, `tokens` where tokens go; `holder` and `decider` are officers. */
export interface SignerKeysOptions {
  readonly files: string;
  readonly tokens: string;
  readonly holder: string;
  readonly decider: string;
  readonly since: string;
}

type Draft = Pick<SignerKey, 'name' | 'use' | 'key'> & Partial<SignerKey>;

function keyOf(since: string, draft: Draft): SignerKey {
  const plain = {
    approvalOnly: false,
    sibling: null,
    holder: null,
    state: 'active',
    notAfter: null,
    tenants: [],
  } as const;
  return { ...plain, notBefore: since, ...draft, tenants: [...(draft.tenants ?? [])] };
}

async function ownKeys({ files, since }: SignerKeysOptions): Promise<SignerKey[]> {
  const log = await makeFileKey(files, 'log', 'ed25519');
  const attestation = await makeFileKey(files, 'attestation', 'ecdsa-p256-sha256');
  return [
    keyOf(since, { name: 'file:log', use: 'log', key: log }),
    keyOf(since, { name: 'file:attestation', use: 'attestation', key: attestation }),
  ];
}

async function inFiles(options: SignerKeysOptions): Promise<SignerKeys> {
  const make = async (id: string, more: Partial<SignerKey>): Promise<SignerKey> => {
    const key = await makeFileKey(options.files, id, 'ecdsa-p256-sha256');
    return keyOf(options.since, { name: `file:${id}`, use: 'release', key, ...more });
  };
  const keys = [
    await make('release', { sibling: 'file:release-approved' }),
    await make('release-approved', { approvalOnly: true }),
    await make('keyful', { approvalOnly: true }),
    ...(await ownKeys(options)),
  ];
  return { keys, release: 'file:release', keyful: 'file:keyful', token: null, held: null, deciding: null };
}

async function inTokens(crew: Crew, module: string, options: SignerKeysOptions): Promise<SignerKeys> {
  const { tokens, holder, decider, since } = options;
  const make = async (
    owner: string,
    keys: readonly string[],
    label = `HSM of ${owner}`,
  ): Promise<{ token: Token; made: TokenKey[] }> => {
    const token = await makeToken(crew, module, join(tokens, owner), label);
    return { token, made: await makeTokenKeys(crew, token, keys) };
  };
  const [signer, ofHolder, ofDecider] = await Promise.all([
    make('signer', ['release', 'release-approved'], 'signer'),
    make(holder, ['release']),
    make(decider, ['decisions']),
  ]);
  const [release, approved] = signer.made;
  const [held] = ofHolder.made;
  const [deciding] = ofDecider.made;
  if (!release || !approved || !held || !deciding) throw new TypeError('a key for each label');
  const keys = [
    keyOf(since, { name: release.uri, use: 'release', key: release.key, sibling: approved.uri }),
    keyOf(since, { name: approved.uri, use: 'release', key: approved.key, approvalOnly: true }),
    keyOf(since, { name: held.uri, use: 'release', key: held.key, approvalOnly: true, holder }),
    ...(await ownKeys(options)),
  ];
  const places = {
    token: { ...signer.token, serial: release.serial },
    held: ofHolder.token,
    deciding: { token: ofDecider.token, key: deciding },
  };
  return { keys, release: release.uri, keyful: held.uri, ...places };
}

/** Makes all keys. Rejects with PartFailed. */
export function makeSignerKeys(crew: Crew, found: Found, options: SignerKeysOptions): Promise<SignerKeys> {
  return 'module' in found ? inTokens(crew, found.module, options) : inFiles(options);
}
