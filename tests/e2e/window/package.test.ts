// The packed app: what is in it, which fuses it has, that it starts, and what it does not let itself be told.
import { createPackageWithOptions, extractAll, listPackage } from '@electron/asar';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron } from '../../../scripts/electron.ts';
import { electronZip } from '../../../scripts/package/electron-zip.ts';
import { readFuses } from '../../../scripts/package/fuses.ts';
import { digestOf } from '../../../scripts/vite/console.ts';
import { nodeBundle } from '../../../scripts/vite/node.ts';
import { root } from '../../layers/tree.ts';
import { tokenStore } from '../../native/softhsm-token.ts';
import { electronArchive, needs, softhsm } from '../../support/needs.ts';
import { descendants, runs } from '../processes.ts';
import { isRoot, Stage } from './launch.ts';

interface Run {
  readonly pid: number;
  readonly said: () => string;
  readonly out: () => string;
  readonly ended: Promise<unknown[]>;
}

needs('a packed Electron', () => electronArchive() ?? softhsm())('the packed app', () => {
  let stage: Stage;
  let folder: string;
  let program: string;
  let pinned: boolean;

  beforeAll(async () => {
    stage = await Stage.open();
    pinned = (await electronZip(root, process.env)).pinned;
    const made = spawn('npm', ['run', '--silent', 'package'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    made.stderr.on('data', (part: Buffer) => (said += part.toString('utf8')));
    expect((await once(made, 'close'))[0], said).toBe(0);
    const name = pinned ? 'Signer Console' : 'Signer Console TEST';
    folder = join(root, 'out', `${name}-${process.platform}-${process.arch}`);
    program = join(folder, pinned ? 'signer-console' : 'signer-console-test');
  }, 120_000);
  afterAll(() => stage.close());

  /** Starts a packed program at this file's display, with a state folder of its own. */
  function start(at: string, args: readonly string[] = [], env: Record<string, string> = {}): Run {
    const state = mkdtempSync(join(stage.folder, 'state-'));
    const child = spawn(at, [...args, ...(isRoot ? ['--no-sandbox'] : [])], {
      cwd: stage.folder,
      env: { ...stage.env(state), ...(isRoot ? { ELECTRON_DISABLE_SANDBOX: '1' } : {}), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => (out += part.toString('utf8')));
    child.stderr.on('data', (part: Buffer) => (err += part.toString('utf8')));
    return { pid: child.pid ?? 0, said: () => err, out: () => out, ended: once(child, 'close') };
  }

  test('is named after whose Electron is in it', () => {
    expect(existsSync(program)).toBe(true);
    const manifest = join(mkdtempSync(join(stage.folder, 'asar-')), 'app');
    extractAll(join(folder, 'resources', 'app.asar'), manifest);
    const { productName } = JSON.parse(readFileSync(join(manifest, 'package.json'), 'utf8')) as {
      productName: string;
    };
    expect(productName.endsWith('TEST')).toBe(!pinned);
    expect(digestOf(join(manifest, 'dist', 'console'))).toBe(
      (JSON.parse(readFileSync(join(stage.built, 'build.json'), 'utf8')) as { digest: string }).digest,
    );
  });

  test('has every fuse set, read back from its program', async () => {
    const fuses = await readFuses(program);
    const on = ['EnableCookieEncryption', 'EnableEmbeddedAsarIntegrityValidation', 'OnlyLoadAppFromAsar'];
    const off = [
      'RunAsNode',
      'EnableNodeOptionsEnvironmentVariable',
      'EnableNodeCliInspectArguments',
      'LoadBrowserProcessSpecificV8Snapshot',
    ];
    for (const name of on) expect([name, fuses[name]]).toEqual([name, 'on']);
    for (const name of off) expect([name, fuses[name]]).toEqual([name, 'off']);
    // not every Electron has it; where it is, it is off
    expect(fuses['GrantFileProtocolExtraPrivileges'] ?? 'off').toBe('off');
    expect(Object.values(fuses).every((state) => state === 'on' || state === 'off')).toBe(true);
    // the reader tells the difference: Electron as it comes has some of them the other way
    const bare = findElectron(root, process.env);
    expect(bare && (await readFuses(bare))['RunAsNode']).toBe('on');
  });

  test('holds the built app and the native packages, and nothing else of the checkout', () => {
    const files = listPackage(join(folder, 'resources', 'app.asar'), { isPack: false });
    const tops = new Set(files.map((path) => path.split('/').slice(1, 3).join('/')));
    expect([...tops].sort()).toEqual(
      [
        'dist',
        'dist/console',
        'node_modules',
        'node_modules/node-hid',
        'node_modules/pkcs11js',
        'node_modules/pkg-prebuilds',
        'package.json',
      ].sort(),
    );
    expect(files.filter((path) => /\.(ts|tsx|map|md|gyp|cc?|h)$/.test(path))).toEqual([]);
    const beside = readdirSync(join(folder, 'resources'), { recursive: true, withFileTypes: true });
    const loose = beside.filter((entry) => entry.isFile() && entry.name !== 'app.asar');
    expect(loose.filter(({ name }) => !name.endsWith('.node')).map(({ name }) => name)).toEqual([]);
    expect(loose.length).toBeGreaterThan(1);
  });

  test('starts, shows its window, and ends at a signal without a rest', async () => {
    const { pid, said, ended } = start(program);
    await expect.poll(said, { timeout: 20_000 }).toContain('page app: shown');
    const all = descendants(pid);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toEqual([143, null]);
    // Chromium's own helpers see that their parent is gone, and follow it
    await expect.poll(() => all.filter((one) => runs(one)), { timeout: 5000 }).toEqual([]);
  });

  test.each([
    '--remote-debugging-port=0',
    '--remote-debugging-pipe',
    '--js-flags=--expose-gc',
    '--inspect=0',
  ])('does not start with %s', async (given) => {
    const { said, ended } = start(program, [given]);
    expect(await ended).toEqual([2, null]);
    expect(said()).toContain('does not take --');
    expect(said()).not.toMatch(/listening on/i);
  });

  test('is no Node, and loads nothing that the environment names', async () => {
    const trace = join(stage.folder, 'ran');
    const evil = join(stage.folder, 'evil.cjs');
    writeFileSync(evil, `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'x');`);
    const named = { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${evil}` };
    const asked = start(program, [evil], named); // a Node would run it; for the app it is a word that it does not know
    await asked.ended;
    expect(asked.said()).toContain(`usage: ${evil}`);
    const { pid, said, ended } = start(program, [], named);
    await expect.poll(said, { timeout: 20_000 }).toContain('page app: shown');
    process.kill(pid, 'SIGTERM');
    await ended;
    expect(existsSync(trace)).toBe(false);
  });

  test('runs its drivers and its second decoder out of the archive', async () => {
    const copy = join(stage.folder, 'copy');
    cpSync(folder, copy, { recursive: true });
    const app = join(stage.folder, 'app');
    extractAll(join(folder, 'resources', 'app.asar'), app);
    const main = join(app, 'dist/console/main/electron.cjs');
    await build(nodeBundle(root, join(root, 'tests/e2e/window/packed-fixture.ts'), main));
    await createPackageWithOptions(app, join(copy, 'resources', 'app.asar'), { unpack: '**/*.node' });
    const store = tokenStore();
    try {
      store.token('ana');
      const env = { ...store.env, FIXTURE_MODULE: store.library };
      const { out, said, ended } = start(join(copy, program.split('/').at(-1) ?? ''), ['--demo'], env);
      expect((await ended)[0], said()).toBe(0);
      const told = JSON.parse(out()) as Record<string, unknown>;
      expect(told).toMatchObject({ tokens: ['ana'], argv: ['--demo'], places: { packaged: true } });
      expect(told['second']).toMatch(/"digest":"sha256:/);
      const { state } = told['places'] as { state: string };
      expect(state.endsWith('signer-console-test')).toBe(!pinned);
    } finally {
      store.remove();
    }
  });
});
