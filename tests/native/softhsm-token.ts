// A SoftHSM token store of a test's own, and keys in it made by pkcs11-tool: nothing of ours made them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softhsmLibrary } from '../support/needs.ts';

export const USER_PIN = '84720';

export interface TokenStore {
  readonly library: string;
  readonly env: Readonly<Record<string, string>>;
  /** Makes a token and gives its serial number. */
  token(label: string): string;
  /** pkcs11-tool on the token with this label, logged in. */
  tool(label: string, ...parameters: string[]): string;
  /** Takes the whole store away. */
  remove(): void;
}

/** A new store. */
export function tokenStore(): TokenStore {
  const library = softhsmLibrary();
  if (!library) throw new Error('SoftHSM is not here');
  const folder = mkdtempSync(join(tmpdir(), 'softhsm-'));
  const conf = join(folder, 'softhsm2.conf');
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(
    conf,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const env = { SOFTHSM2_CONF: conf };
  const run = (program: string, parameters: string[]): string =>
    execFileSync(program, parameters, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    library,
    env,
    token(label) {
      run('softhsm2-util', [
        '--init-token',
        '--free',
        '--label',
        label,
        '--so-pin',
        '12345678',
        '--pin',
        USER_PIN,
      ]);
      const slots = run('softhsm2-util', ['--show-slots']);
      const found = new RegExp(
        `Serial number:\\s+(\\S+)(?:(?!Serial number:)[^])*?Label:\\s+${label}\\s`,
      ).exec(slots);
      if (!found?.[1]) throw new Error(`no token ${label}`);
      return found[1];
    },
    tool: (label, ...parameters) =>
      run('pkcs11-tool', [
        '--module',
        library,
        '--token-label',
        label,
        '--login',
        '--pin',
        USER_PIN,
        ...parameters,
      ]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
