// OpenSSL's command line as a verifier: it knows nothing of us, and its exit status is the answer.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { run } from '../crew/run.ts';

export interface OpensslInput {
  /** PEM of a SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly message: Buffer;
  /** DER. */
  readonly signature: Buffer;
}

/** `openssl dgst -sha256 -verify`. Resolves when it verified. Rejects with PartFailed otherwise. */
export async function opensslVerify(
  crew: Crew,
  what: string,
  { publicKey, message, signature }: OpensslInput,
): Promise<void> {
  const folder = await crew.folder();
  const at = {
    key: join(folder, 'key.pem'),
    signature: join(folder, 'signature'),
    message: join(folder, 'message'),
  };
  await Promise.all([
    writeFile(at.key, publicKey),
    writeFile(at.signature, signature),
    writeFile(at.message, message),
  ]);
  const args = ['dgst', '-sha256', '-verify', at.key, '-signature', at.signature, at.message];
  const { status, stderr } = await run(crew, 'openssl', args, { mend: 'apt-get install -y openssl' });
  if (status !== 0)
    throw new PartFailed('openssl', `it does not verify ${what}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}
