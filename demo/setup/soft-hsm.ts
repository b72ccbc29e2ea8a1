// SoftHSM tokens, each with a folder and a configuration of its own, and keys made in them through the PKCS#11 driver.
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicKey } from '../../core/key/crypto.ts';
import { isFault } from '../../core/fault/fault.ts';
import { startDriver, type Driver } from '../../ports/driver.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { mustRun, run } from '../crew/run.ts';

/** A token that is ready. `conf` is its SOFTHSM2_CONF: whoever has it sees this token and no other. */
export interface Token {
  readonly module: string;
  readonly conf: string;
  readonly label: string;
  readonly pin: string;
}

/** A key in a token. `uri` is its RFC 7512 name, and its name in the directory; `serial` the token's number in it. */
export interface TokenKey {
  readonly uri: string;
  readonly serial: string;
  readonly key: PublicKey;
}

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

const CALL_MS = 20_000;
const TOOL = 'softhsm2-util';

/** What there is: SoftHSM's library with a driver that loads it, or what lacks. */
export type Found = { readonly module: string } | { readonly lack: string };

/** A folder for tokens inside `folder` (made too, 0700), and the configuration that names it; returns that file's path. */
async function makePlace(folder: string): Promise<string> {
  const tokens = join(folder, 'tokens');
  await mkdir(tokens, { recursive: true, mode: 0o700 });
  const conf = join(folder, 'softhsm2.conf');
  const lines = [`directories.tokendir = ${tokens}`, 'objectstore.backend = file', 'log.level = ERROR'];
  await writeFile(conf, `${lines.join('\n')}\n`, { mode: 0o600 });
  return conf;
}

/** Looks for SoftHSM's tool and library, and whether the driver can load it (pkcs11js is an optional package). */
export async function findSoftHsm(crew: Crew): Promise<Found> {
  const answered = await run(crew, TOOL, ['--version']).catch(() => undefined);
  const module = libraries.find((path) => existsSync(path));
  if (answered?.status !== 0 || module === undefined)
    return { lack: 'SoftHSM is not here; apt-get install -y softhsm2 brings it' };
  try {
    const conf = await makePlace(await crew.folder()); // the system's own may be for others only
    const driver = await startDriver({ driver: 'pkcs11', config: { module }, env: { SOFTHSM2_CONF: conf } });
    await driver.close();
    return { module };
  } catch (thrown) {
    if (isFault(thrown)) return { lack: thrown.detail };
    throw thrown;
  }
}

const newPin = (): string => String(randomInt(100_000_000)).padStart(8, '0');

/** Makes a token in `folder` (made too, 0700) with a random PIN. The security officer's PIN is dropped: nobody resets it. */
export async function makeToken(crew: Crew, module: string, folder: string, label: string): Promise<Token> {
  const conf = await makePlace(folder);
  const pin = newPin();
  const args = ['--init-token', '--free', '--label', label, '--so-pin', newPin(), '--pin', pin];
  await mustRun(crew, TOOL, args, { env: { SOFTHSM2_CONF: conf } });
  return { module, conf, label, pin };
}

async function serialOf(driver: Driver<'pkcs11'>, label: string): Promise<string> {
  const { tokens } = await driver.call('tokens', {}, { deadlineMs: CALL_MS });
  const [only, another] = tokens.filter((token) => token.label === label);
  if (!only || another) throw new PartFailed('SoftHSM', `it does not show one token ${label}`);
  return only.serial;
}

/** Makes a P-256 key for each label in the token; none of them can leave it. */
export async function makeTokenKeys(
  crew: Crew,
  token: Token,
  labels: readonly string[],
): Promise<TokenKey[]> {
  const driver = await startDriver({
    driver: 'pkcs11',
    config: { module: token.module },
    env: { SOFTHSM2_CONF: token.conf },
  });
  crew.join(() => driver.close());
  const serial = await serialOf(driver, token.label);
  const keys: TokenKey[] = [];
  for (const label of labels) {
    const id = new Uint8Array(randomBytes(8));
    const pin = new Uint8Array(Buffer.from(token.pin));
    const made = await driver.call('generate', { token: serial, id, label }, { deadlineMs: CALL_MS, pin });
    keys.push({ uri: made.uri, serial, key: made.publicKey });
  }
  await driver.close();
  return keys;
}
