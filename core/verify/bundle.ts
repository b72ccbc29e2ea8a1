// Checking one bundle: its signature, its key in the directory, and that the artifact is what it speaks of.
import { toHex } from '../bytes/hex.ts';
import type { KeyBundle } from '../dsse/bundle.ts';
import { pae } from '../dsse/pae.ts';
import { PAYLOAD_TYPE, hasSubject, parseStatement, type Statement } from '../dsse/statement.ts';
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import type { Directory, SignerKey } from '../directory/directory.ts';

/** A bundle whose payload parsed strictly as a statement. */
export interface StatementBundle extends KeyBundle {
  readonly statement: Statement;
}

/** The statement inside a bundle. Throws Refusal `statement_invalid` or `json_*`. */
export function withStatement(bundle: KeyBundle): StatementBundle {
  if (bundle.payloadType !== PAYLOAD_TYPE) throw new Refusal('statement_invalid', bundle.payloadType);
  return { ...bundle, statement: parseStatement(bundle.payload) };
}

/** Checks the signature over the PAE with one key, and that the hint names that key. */
export function checkSignature(crypto: Crypto, key: PublicKey, bundle: KeyBundle): void {
  if (keyId(crypto, key) !== bundle.keyid) throw new Refusal('key_hint_mismatch', bundle.keyid);
  if (!crypto.verify(key, pae(bundle.payloadType, bundle.payload), bundle.signature))
    throw new Refusal('signature_invalid', bundle.keyid);
}

/** Checks that the artifact, by its SHA-256 (32 bytes), is a subject of the statement. */
export function checkArtifact(bundle: StatementBundle, sha256: Uint8Array): void {
  const wanted = toHex(sha256);
  if (!hasSubject(bundle.statement, wanted)) throw new Refusal('subject_mismatch', `sha256:${wanted}`);
}

/**
 * The release key of the directory that the bundle names, whatever became of it; one that never began is `key_window`. Throws
 * `key_unknown`, `key_use`.
 */
export function releaseKeyOf(crypto: Crypto, directory: Directory, bundle: KeyBundle): SignerKey {
  const key = directory.keys.find((k) => keyId(crypto, k.key) === bundle.keyid);
  if (!key) throw new Refusal('key_unknown', bundle.keyid);
  if (key.use !== 'release') throw new Refusal('key_use', key.name);
  if (key.state === 'pending') throw new Refusal('key_window', `${key.name} is pending`);
  return key;
}
