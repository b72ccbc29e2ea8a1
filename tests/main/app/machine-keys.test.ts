// Where a machine's keys lie: in the desktop's own secret store where there is one, else in files for this user alone.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openMachineKeys } from '../../../main/app/machine-keys.ts';
import { findSecretStore } from '../../../main/app/secret-store.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { needs, program } from '../../support/needs.ts';
import { newFolder } from '../../support/seat.ts';

const message = new TextEncoder().encode('a message');

describe('in files', () => {
  test('are made once, 0600, and sign what their public halves verify', async () => {
    const dir = join(newFolder(), 'keys');
    const made = await openMachineKeys({ dir, name: 'm', store: null });
    expect(made.where).toBe('file');
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const again = await openMachineKeys({ dir, name: 'm', store: null });
    for (const kind of ['machine', 'witness'] as const) {
      expect(again[kind].key).toEqual(made[kind].key);
      expect(nodeCrypto.verify(made[kind].key, message, await again[kind].sign(message))).toBe(true);
    }
    expect([made.machine.key.alg, made.witness.key.alg]).toEqual(['ecdsa-p256-sha256', 'ed25519']);
  });

  test('that others may read, that are torn, swapped or alone, are refused', async () => {
    const dir = join(newFolder(), 'keys');
    await openMachineKeys({ dir, name: 'm', store: null });
    const open = () => openMachineKeys({ dir, name: 'm', store: null });
    const path = join(dir, 'machine.pem');
    chmodSync(path, 0o644);
    await expect(open()).toRejectCode('file_malformed');
    chmodSync(path, 0o600);
    writeFileSync(path, 'not a key');
    await expect(open()).toRejectCode('file_malformed');
    writeFileSync(path, execFileSync('cat', [join(dir, 'witness.pem')]));
    await expect(open()).toRejectCode('file_malformed');
    rmSync(path);
    await expect(open()).toRejectCode('file_missing');
  });
});

describe('without a secret store', () => {
  test.each([
    ['no session bus', {}],
    [
      'a bus that is not there',
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', PATH: process.env['PATH'] },
    ],
    ['no tool', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', PATH: '/nowhere' }],
  ])('%s', async (_, env) => {
    expect(await findSecretStore(env)).toBeUndefined();
  });
});

const script = `
import { findSecretStore } from './main/app/secret-store.ts';
import { openMachineKeys } from './main/app/machine-keys.ts';
const store = await findSecretStore();
const dir = process.argv[1];
const one = await openMachineKeys({ dir, name: 'test-machine' });
const two = await openMachineKeys({ dir, name: 'test-machine' });
const { existsSync } = await import('node:fs');
console.log(JSON.stringify({ store: store?.where, where: one.where, same: one.machine.key.spki === two.machine.key.spki && one.witness.key.spki === two.witness.key.spki, files: existsSync(dir), probe: (await store.get('probe-' + process.pid)) ?? null }));
`;

const tools = ['dbus-run-session', 'gnome-keyring-daemon', 'secret-tool'] as const;
const lacking = () => {
  for (const tool of tools) {
    const lack = program(
      tool,
      tool === 'secret-tool' ? 'search' : '--version',
      'apt-get install -y dbus gnome-keyring libsecret-tools',
    );
    if (tool !== 'secret-tool' && lack()) return lack();
  }
  return undefined;
};

needs('a secret service', lacking)('in a real secret service', () => {
  test('are kept there and in no file, and the Console says so', () => {
    const home = newFolder();
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const inner = `printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"`;
    const out = execFileSync(
      'dbus-run-session',
      [
        '--',
        'sh',
        '-c',
        inner,
        'sh',
        process.execPath,
        '--input-type=module-typescript',
        '-e',
        script,
        join(home, 'keys'),
      ],
      {
        cwd: root,
        env: { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: home },
        encoding: 'utf8',
        timeout: 25_000,
      },
    );
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
      store: 'secret-service',
      where: 'secret-service',
      same: true,
      files: false,
      probe: null,
    });
  });
});
