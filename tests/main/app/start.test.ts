// Starting the app: in the demo, as configured, with nothing, and what is left when it ends or cannot begin.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Seat, WorldReady } from '../../../contract/demo/world.ts';
import type { How } from '../../../main/app/begin.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { openConsole } from '../../../main/app/console.ts';
import { startApp } from '../../../main/app/start.ts';
import { actsMaker } from '../../../main/app/wire-acts.ts';
import type { Places } from '../../../main/shell/places.ts';
import { FakeSigner, fakeLink } from '../../support/fake-signer.ts';
import { newFolder, until } from '../../support/seat.ts';
import { softHand, softHsmDriver, softKeyDriver } from '../../support/soft-drivers.ts';
import { TestShell } from '../../support/test-shell.ts';
import { makeWorld, samplePayload, type Person, type World } from '../../support/world.ts';

const ID = '01JD8Z6T3V9W4X5Y6Z7A8B9CDE';

function machineFiles(person: Person, dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const kind of ['machine', 'witness'] as const) {
    const soft = kind === 'machine' ? person.machine.sign : person.machine.witness;
    const pem = soft.private.export({ format: 'pem', type: 'pkcs8' }).toString();
    writeFileSync(join(dir, `${kind}.pem`), pem, { mode: 0o600 });
  }
}

function seatFor(person: Person, dir: string): Seat {
  const machineKeys = join(dir, `${person.id}-keys`);
  machineFiles(person, machineKeys);
  return {
    officer: person.id,
    name: person.id.toUpperCase(),
    machine: person.machine.id,
    dataDir: join(dir, person.id),
    machineKeys,
    device: person.key.device.id,
    securityKeys: [
      {
        path: 'soft',
        store: join(dir, 'store'),
        name: 'soft',
        serial: '1',
        pin: '1234',
        enrolled: person.key.device.id,
      },
    ],
    tokens: [],
  };
}

function readyFor(world: World, dir: string): WorldReady {
  return {
    ready: true,
    pid: process.pid,
    signerUrl: 'http://127.0.0.1:1',
    ca: '',
    pin: world.pin,
    tenant: 'acme',
    hsm: false,
    signerHsm: null,
    seats: [world.people.ana, world.people.ben].map((person) => seatFor(person, dir)),
    control: { url: 'http://127.0.0.1:1', token: 'x' },
  };
}

/** The app in a demo whose Signer is in memory; hardware and link are the test's, everything else is the app's own. */
function demo(world = makeWorld()) {
  const signer = new FakeSigner(world);
  const state = newFolder();
  const ready = readyFor(world, state);
  const ended: { end?: () => void } = {};
  const gone = new Promise<void>((resolve) => {
    ended.end = resolve;
  });
  let closed = 0;
  const how: Partial<How> = {
    policyFile: join(state, 'policy.json'),
    fillMs: 1500,
    openWorld: () =>
      Promise.resolve({
        ready,
        own: true,
        ended: gone,
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      }),
    openConsole: (options) => {
      const person = [world.people.ana, world.people.ben].find(({ id }) => id === options.officer);
      if (person?.key.device.kind !== 'security-key') throw new Error('nobody');
      const hand = softHand();
      const securityKeys = softKeyDriver(person.key.device, person.key.soft, hand);
      return openConsole({
        ...options,
        openLink: fakeLink(signer, person).open,
        drivers: { securityKeys, modules: [softHsmDriver({}, hand)] },
      });
    },
  };
  const places: Places = { root: '/nowhere', state, build: 'b', version: '1', node: null, packaged: false };
  return { signer, state, how, places, ended, closings: () => closed };
}

describe('the demo', () => {
  test('opens one window on a filled inbox, signed in, without a click', async () => {
    const { signer, how, places, closings } = demo();
    for (const name of ['a.tgz', 'b.tgz', 'c.tgz']) signer.hold(samplePayload(name));
    const shell = new TestShell();
    await startApp(shell, ['--demo'], places, how);
    const page = shell.page();
    const { status, queue } = await page.call('app/snapshot', {});
    expect(status.link.state).toBe('online');
    expect(new Set(queue.rows.map(({ subject }) => subject))).toEqual(new Set(['a.tgz', 'b.tgz', 'c.tgz']));
    expect(await page.call('app/hello', {})).toMatchObject({
      demo: true,
      setUp: null,
      officer: { id: 'ana', name: 'ANA' },
      others: ['ben'],
    });
    const { devices, settings } = await page.call('app/snapshot', {});
    await until(() => (page.last('devices/changed') ?? devices).cards.some(({ present }) => present));
    expect(page.last('devices/changed')?.cards[0]?.enrolled).toMatchObject({ device: 'ana-key', mine: true });
    expect(settings).toMatchObject({ signerUrl: { origin: 'demo', fixed: true }, pin: { fixed: true } });
    await shell.end();
    expect(closings()).toBe(1);
  });

  test('the officer can be another one, and nobody else', async () => {
    const { how, places, closings } = demo();
    const shell = new TestShell();
    await startApp(shell, ['--demo', '--officer', 'ben'], places, how);
    expect((await shell.page().call('app/hello', {})).officer.id).toBe('ben');
    await shell.end();
    await expect(startApp(new TestShell(), ['--demo', '--officer', 'eve'], places, how)).toRejectCode(
      'usage',
    );
    expect(closings()).toBe(2);
  });

  test('a link at the start and one later open a request; anything else in a second instance does nothing', async () => {
    const { how, places } = demo();
    const shell = new TestShell();
    await startApp(shell, ['--demo', `signer-console://request/${ID}`], places, how);
    const page = shell.page();
    await page.call('app/snapshot', {});
    expect(page.all('app/navigate')).toEqual([{ to: 'request', requestId: ID }]);
    shell.opened(['--demo', '--officer', 'eve', `signer-console://approve/${ID}`]);
    expect(page.all('app/navigate')).toHaveLength(1);
    shell.opened([`signer-console://request/${ID}`]);
    expect(page.all('app/navigate')).toHaveLength(2);
    expect(page.focused).toBeGreaterThan(1);
    await shell.end();
  });

  test('a directory of another environment is not one for virtual keys: nothing is signed, and it says so', async () => {
    const plain = makeWorld();
    const { signer, how, places } = demo({ ...plain, ...production(plain) });
    const shell = new TestShell();
    await startApp(shell, ['--demo'], places, how);
    const { status } = await shell.page().call('app/snapshot', {});
    expect(status.link).toMatchObject({ state: 'signed-out', fault: { code: 'environment_forbidden' } });
    expect(status.directory).toBeNull();
    expect(signer.journals.size).toBe(0);
    await shell.end();
  });

  test('when its world ends the window says so', async () => {
    const { how, places, ended } = demo();
    const shell = new TestShell();
    await startApp(shell, ['--demo'], places, how);
    ended.end?.();
    await until(() => shell.page().last('status/changed')?.link.fault?.code === 'demo_ended');
    await shell.end();
  });

  test('without a Node for its world the window opens and says why', async () => {
    const { places, how } = demo();
    const { openWorld, ...others } = how;
    void openWorld;
    const shell = new TestShell();
    await startApp(shell, ['--demo'], places, others);
    const page = shell.page();
    expect((await page.call('app/hello', {})).setUp?.code).toBe('node_missing');
    expect((await page.call('app/snapshot', {})).status.link).toMatchObject({
      state: 'closed',
      fault: { code: 'node_missing' },
    });
    await expect(page.call('review/open', { requestId: ID })).toRejectCode('not_configured');
    await expect(page.call('journal/verify', {})).toRejectCode('not_configured');
    await expect(page.call('session/sign-in', {})).toRejectCode('not_configured');
    await shell.end();
  });

  test('a second Console on the same folder opens, and says that it is taken', async () => {
    const { how, places } = demo();
    const [first, second] = [new TestShell(), new TestShell()];
    await startApp(first, ['--demo'], places, how);
    await startApp(second, ['--demo'], places, how);
    expect((await second.page().call('app/hello', {})).setUp?.code).toBe('data_locked');
    await second.end();
    await first.end();
  });

  test('the last window closed quits; a window that cannot be opened leaves nothing', async () => {
    const { how, places, closings } = demo();
    const shell = new TestShell();
    await startApp(shell, ['--demo'], places, how);
    shell.page().close();
    await until(() => shell.quits === 1);
    await shell.end();
    const broken = new TestShell();
    broken.open = () => Promise.reject(new Error('no display'));
    await expect(startApp(broken, ['--demo'], places, how)).rejects.toThrow('no display');
    expect(closings()).toBe(2);
    expect(existsSync(join(places.state, 'ana', 'lock'))).toBe(false);
  });
});

const pinFor = (directory: Directory): string => digestOf(nodeCrypto, directory);

function production(world: World): Partial<World> {
  const directory = { ...world.directory, environment: 'production' as const };
  const chain = { ...world.chain, versions: [{ directory, signatures: [] }] as typeof world.chain.versions };
  return { directory, chain, pin: pinFor(directory) };
}

describe('as configured', () => {
  const places = (state: string): Places => ({
    root: '/',
    state,
    build: 'b',
    version: '1',
    node: null,
    packaged: true,
  });

  test('with nothing configured the window opens on that', async () => {
    const state = newFolder();
    const shell = new TestShell();
    await startApp(shell, [], places(state), { policyFile: join(state, 'policy.json') });
    const page = shell.page();
    expect(await page.call('app/hello', {})).toMatchObject({
      demo: false,
      setUp: { code: 'not_configured' },
    });
    await page.call('settings/set', { appearance: 'dark' });
    expect((await page.call('app/snapshot', {})).settings).toMatchObject({
      appearance: { value: 'dark', origin: 'person' },
      signerUrl: { value: '', origin: 'default' },
    });
    await expect(page.call('app/open-console', { officer: 'ben' })).toRejectCode('demo_only');
    await shell.end();
  });

  test('a policy file that cannot be used connects to nobody', async () => {
    const state = newFolder();
    const policyFile = join(state, 'policy.json');
    writeFileSync(policyFile, '{"v":1,', { mode: 0o600 });
    const shell = new TestShell();
    await startApp(shell, [], places(state), { policyFile });
    expect((await shell.page().call('app/hello', {})).setUp?.code).toBe('file_malformed');
    await shell.end();
  });

  test('the other shell is for the demo alone', async () => {
    const state = newFolder();
    const shell = new TestShell('chromium');
    await startApp(shell, [], places(state), { policyFile: join(state, 'policy.json') });
    expect((await shell.page().call('app/hello', {})).setUp?.code).toBe('demo_only');
    await shell.end();
  });

  test('a Signer from a file: no virtual keys, and no sign-in that nobody asked for', async () => {
    const state = newFolder();
    const world = makeWorld();
    const { ana } = world.people;
    const signer = {
      url: 'http://127.0.0.1:1',
      ca: null,
      pin: world.pin,
      officer: 'ana',
      machine: ana.machine.id,
      device: 'ana-key',
    };
    writeFileSync(join(state, 'connection.json'), JSON.stringify({ v: 1, signer }));
    const policyFile = join(state, 'policy.json');
    const shell = new TestShell();
    await startApp(shell, [], places(state), { policyFile });
    await shell.page().call('settings/choose-signer', {});
    expect(shell.asked[0]?.detail).toContain(world.pin);
    await shell.end();
    const none = new TestShell();
    await startApp(none, [], places(state), { policyFile });
    expect((await none.page().call('app/hello', {})).setUp?.code).toBe('not_configured'); // the question was closed
    none.answer = 0;
    await none.page().call('settings/choose-signer', {});
    await none.end();
    machineFiles(ana, join(state, 'console'));
    const last = new TestShell();
    const opened: string[] = [];
    await startApp(last, [], places(state), {
      policyFile,
      actsMaker: (options) => {
        opened.push(options.seat === null ? 'no seat' : 'a seat');
        return actsMaker(options);
      },
    });
    const page = last.page();
    expect(await page.call('app/hello', {})).toMatchObject({
      setUp: null,
      officer: { id: 'ana' },
      signer: world.pin,
    });
    expect((await page.call('app/snapshot', {})).status.link.state).toBe('signed-out');
    expect(opened).toEqual(['no seat']);
    await last.end();
  });

  test('arguments that cannot be used begin nothing', async () => {
    const shell = new TestShell();
    await expect(startApp(shell, ['--signer', 'https://evil'], places(newFolder()))).toRejectCode('usage');
    expect(shell.pages).toEqual([]);
  });
});
