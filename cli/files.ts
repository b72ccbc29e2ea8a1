// Reading what the user names: files, their digests, and the public key or directory that the user trusts.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fromUtf8 } from '../core/bytes/bytes.ts';
import { Digest } from '../core/json/digest.ts';
import { LackFault, isFault } from '../core/fault/fault.ts';
import { parseStrict, type Json } from '../core/json/parse.ts';
import type { PublicKey } from '../core/key/crypto.ts';
import { fromPem } from '../core/key/pem.ts';
import { pinOf, verifyChain, type Trust } from '../core/trust/chain.ts';
import { nodeCrypto } from '../ports/crypto.ts';

const LARGEST = 64 * 1024 * 1024;

function missing(path: string, error: unknown): LackFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  return new LackFault('file_missing', `${path}: ${code}`, error);
}

/** A file's bytes. Throws LackFault `file_missing`, also for one over 64 MiB. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > LARGEST) throw new LackFault('file_malformed', `${path}: over 64 MiB`);
    return await readFile(path);
  } catch (error) {
    throw isFault(error) ? error : missing(path, error);
  }
}

/** The SHA-256 of a file of any size (32 bytes). Throws LackFault `file_missing`. */
export async function hashFile(path: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw missing(path, error);
  }
  return hash.digest();
}

/** What is the verifier's own must be well formed, or the verifier lacks it. */
function own<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (isFault(error)) throw new LackFault('file_malformed', `${path}: ${error.message}`, error);
    throw error;
  }
}

/** A public key in PEM. Throws LackFault `file_missing` or `file_malformed`. */
export async function readKey(path: string): Promise<PublicKey> {
  const bytes = await readBytes(path);
  return own(path, () => fromPem(fromUtf8(bytes)));
}

/**
 * The directory chain that the user trusts, verified. Its version 1 is the pin unless `pin` names it. Throws LackFault
 * when the file is no chain at all, Refusal `directory_*` when it is one and does not hold.
 */
export async function readTrust(path: string, pin: string | undefined): Promise<Trust> {
  const bytes = await readBytes(path);
  const chain = own(path, () => parseStrict(bytes));
  return trustIn(chain, pin, path);
}

/** The same of a chain that came from elsewhere. */
export function trustIn(chain: Json, pin: string | undefined, from = 'directory'): Trust {
  if (pin !== undefined && !Digest.safeParse(pin).success)
    throw new LackFault('usage', '--pin wants sha256: and 64 hex digits');
  const first = own(from, () => pinOf(nodeCrypto, chain));
  return verifyChain(nodeCrypto, chain, pin ?? first);
}
