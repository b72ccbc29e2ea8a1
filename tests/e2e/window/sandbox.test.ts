// As an ordinary user the real sandbox holds every page; and nothing in the whole app speaks to a network.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron } from '../../../scripts/electron.ts';
import { root } from '../../layers/tree.ts';
import { electron, isOnPath, needs } from '../../support/needs.ts';
import { fixturePage, isRoot, Stage, windowOf, type Launched } from './launch.ts';

const setpriv = (): string | undefined =>
  !isRoot || isOnPath('setpriv') ? undefined : 'apt-get install -y util-linux';

needs('electron and setpriv', () => electron() ?? setpriv())('an ordinary user', () => {
  let stage: Stage;
  let launched: Launched;

  /** Copies for `nobody`, who may not look into root's folders, and a program that becomes nobody first. */
  function asNobody(): { main: string; program: string; state: string } {
    const place = join(stage.folder, 'nobody');
    mkdirSync(join(place, 'state'), { recursive: true });
    const bare = findElectron(root, process.env) ?? '';
    execFileSync('cp', ['-rL', dirname(bare), join(place, 'electron')]);
    cpSync(stage.built, join(place, 'app', 'dist', 'console'), { recursive: true });
    cpSync(join(root, 'package.json'), join(place, 'app', 'package.json'));
    execFileSync('chown', ['-R', 'nobody:nogroup', place]);
    chmodSync(stage.folder, 0o755);
    const program = join(stage.folder, 'as-nobody');
    const become = 'setpriv --reuid=nobody --regid=nogroup --clear-groups';
    const run = `exec ${become} ${join(place, 'electron', 'electron')} "$@"`;
    writeFileSync(program, `#!/bin/sh\n${run}\n`);
    chmodSync(program, 0o755);
    return { main: join(place, 'app'), program, state: join(place, 'state') };
  }

  beforeAll(async () => {
    stage = await Stage.open();
    const own = isRoot ? asNobody() : { main: root, state: join(stage.folder, 'own') };
    const home = { HOME: own.state, XDG_RUNTIME_DIR: own.state };
    launched = await stage.launch({ ...own, env: home });
  }, 60_000);
  afterAll(() => stage.close());

  test('sees the window, and its page runs in the real sandbox', async () => {
    const page = await windowOf(launched, 'app');
    expect(await page.evaluate(() => typeof window.signerConsole)).toBe('object');
    const pid = await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    );
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    if (isRoot) expect(status).toMatch(/^Uid:\t65534\t/m);
    expect(await launched.app.evaluate(({ app }) => app.commandLine.hasSwitch('no-sandbox'))).toBe(false);
  });
});

needs('electron', electron)('the whole app', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());

  test('asks no name and opens no connection, by its own network log', async () => {
    const log = join(stage.folder, 'net.json');
    const launched = await stage.launchFixture({ args: [`--log-net-log=${log}`] });
    for (const frame of ['app', 'authorize', 'virtual-key'] as const) {
      const page = await fixturePage(launched, frame);
      await page.evaluate(() => fetch('https://example.org/').catch(() => undefined));
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
    // what the log would show: main asks its own network stack for an address that its rules refuse
    await launched.app.evaluate(({ net }) => net.fetch('http://control.invalid/').catch(() => undefined));
    await launched.app.close();
    expect(existsSync(log)).toBe(true);
    const text = readFileSync(log, 'utf8');
    const hosts = [...text.matchAll(/"(?:url|host)":"(?:https?:\/\/|wss?:\/\/)?([^/"]+)/g)].map(
      ([, host]) => host,
    );
    expect(new Set(hosts.filter((host) => !host?.startsWith('app:')))).toEqual(new Set(['control.invalid']));
    expect(text).not.toContain('"address_list":["');
  });
});
