// Keys that lie in files: made here, written once, readable by this user alone.
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Algorithm, PublicKey } from '../../core/key/crypto.ts';

type FileAlgorithm = Exclude<Algorithm, 'rsa-pkcs1-sha256'>;

/** Makes a key pair and writes the private half as `<id>.pem` (PKCS#8, 0600) into `folder` (made too, 0700). */
export async function makeFileKey(folder: string, id: string, alg: FileAlgorithm): Promise<PublicKey> {
  const pair =
    alg === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' });
  await writeFile(join(folder, `${id}.pem`), pem, { mode: 0o600, flag: 'wx' });
  return { alg, spki: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}
