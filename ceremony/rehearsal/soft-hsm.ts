// A SoftHSM token of a rehearsal's own, and the old key in it.
import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LackFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { makePrivateDir, writeAtomic } from '../../ports/files.ts';
import type { Driver } from '../../ports/driver.ts';

const run = promisify(execFile);

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

const CALL_MS = 20_000;
const LABEL = 'rehearsal';

/** SoftHSM's library. Throws LackFault `module_missing`. */
export function softHsmLibrary(): string {
  const found = libraries.find((path) => existsSync(path));
  if (found === undefined)
    throw new LackFault('module_missing', 'SoftHSM is not here; the package softhsm2 brings it');
  return found;
}

/** A number of so many digits, any of them equally likely. */
export const newPin = (digits: number): string => String(randomInt(10 ** digits)).padStart(digits, '0');

/**
 * Makes the token in `folder` (made too, 0700); returns the path of its SOFTHSM2_CONF, by which nobody sees another token.
 * The security officer's PIN is dropped: nobody resets it. Rejects with LackFault `module_missing`.
 */
export async function makeToken(folder: string, pin: string): Promise<string> {
  const tokens = join(folder, 'tokens');
  await makePrivateDir(tokens);
  const conf = join(folder, 'softhsm2.conf');
  const lines = [`directories.tokendir = ${tokens}`, 'objectstore.backend = file', 'log.level = ERROR'];
  await writeAtomic(conf, Buffer.from(`${lines.join('\n')}\n`));
  const args = ['--init-token', '--free', '--label', LABEL, '--so-pin', newPin(8), '--pin', pin];
  try {
    await run('softhsm2-util', args, { env: { ...process.env, SOFTHSM2_CONF: conf }, timeout: CALL_MS });
  } catch (cause) {
    throw new LackFault('module_missing', 'softhsm2-util could not make a token', cause);
  }
  return conf;
}

/** The token's serial number, and its old signing key by URI. */
export interface OldKey {
  readonly serial: string;
  readonly uri: string;
  readonly key: PublicKey;
}

/** Makes the key that the rehearsal replaces. Rejects with DeviceFault. */
export async function makeOldKey(driver: Driver<'pkcs11'>, pin: string): Promise<OldKey> {
  const { tokens } = await driver.call('tokens', {}, { deadlineMs: CALL_MS });
  const token = tokens.find(({ label }) => label === LABEL);
  if (!token) throw new LackFault('module_missing', 'SoftHSM does not show the token that was made');
  const { serial } = token;
  const made = await driver.call(
    'generate',
    { token: serial, id: new Uint8Array(randomBytes(16)), label: 'old signing key' },
    { deadlineMs: CALL_MS, pin: new Uint8Array(Buffer.from(pin)) },
  );
  return { serial, uri: made.uri, key: made.publicKey };
}
