// Keys in files, for development and the demo: PKCS#8 PEM, readable by this user alone.
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CallerFault, LackFault } from '../../core/fault/fault.ts';
import type { KeyProvider } from '../desk/ports.ts';
import { readPrivate } from '../../ports/private-file.ts';

const FILE = /^([A-Za-z0-9._-]{1,100})\.pem$/;

function parsed(path: string, bytes: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: bytes, format: 'pem', type: 'pkcs8' });
  } catch (cause) {
    throw new LackFault('file_malformed', `${path} is no PKCS#8 key`, cause);
  } finally {
    bytes.fill(0);
  }
}

async function load(path: string): Promise<KeyObject> {
  const key = parsed(path, await readPrivate(path));
  const usable = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!usable) throw new LackFault('file_malformed', `${path} is neither P-256 nor Ed25519`);
  return key;
}

/**
 * Opens every `<id>.pem` of a directory as the key `file:<id>`: PKCS#8, P-256 or Ed25519, mode 0600.
 * Throws LackFault `file_malformed` for a file that is not such a key, or that others may read; `file_missing`.
 */
export async function openFileKeys(directory: string): Promise<KeyProvider> {
  const keys = new Map<string, KeyObject>();
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new LackFault('file_missing', directory, cause);
  });
  for (const name of names) {
    const id = FILE.exec(name)?.[1];
    if (id) keys.set(`file:${id}`, await load(join(directory, name)));
  }
  return {
    holds: (name) => keys.has(name),
    sign(name, message) {
      const key = keys.get(name);
      if (!key) return Promise.reject(new CallerFault('key_unavailable', name));
      return Promise.resolve(sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key));
    },
    close() {
      keys.clear();
      return Promise.resolve();
    },
  };
}
