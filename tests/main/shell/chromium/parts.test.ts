// The parts of the shell that need no window: finding Chromium, the demo alone, where files go, and its processes.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Handlers, Snapshot } from '../../../../contract/ipc/calls.ts';
import { checkDemo, checkEvent, demoOnly } from '../../../../main/shell/chromium/demo-only.ts';
import { findChromium, hasDisplay } from '../../../../main/shell/chromium/find.ts';
import { driverPort, killDrivers, runSecond } from '../../../../main/shell/chromium/processes.ts';
import { whereToSave } from '../../../../main/shell/chromium/saved.ts';
import { connectDriver } from '../../../../ports/driver-client.ts';
import { viewDigestOf } from '../../../../second/view.ts';
import { root } from '../../../layers/tree.ts';
import { hello, only } from './handlers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chromium-parts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('finding Chromium', () => {
  const program = (name: string, mode = 0o755): string => {
    const path = join(folder, name);
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, mode);
    return path;
  };

  test('takes what CHROMIUM_PATH names, and passes over nothing that was named', () => {
    const mine = program('mine');
    expect(findChromium({ CHROMIUM_PATH: mine, PATH: '/bin' })).toBe(mine);
    program('chromium');
    const refused = (wrong: string) => (): string => findChromium({ CHROMIUM_PATH: wrong, PATH: folder });
    expect(refused(join(folder, 'nothing'))).toThrowCode('chromium_missing');
    expect(refused('mine')).toThrowCode('chromium_missing');
    expect(refused(program('text', 0o644))).toThrowCode('chromium_missing');
  });

  test('looks on PATH, then in the usual places, and never in a relative folder', () => {
    const onPath = program('chromium');
    const usual = program('elsewhere');
    expect(findChromium({ PATH: `/nowhere:${folder}` }, [usual])).toBe(onPath);
    expect(findChromium({ PATH: '/nowhere' }, ['/nowhere/chromium', usual])).toBe(usual);
    expect(() => findChromium({ PATH: '.::bin' }, [])).toThrowCode('chromium_missing');
    expect(() => findChromium({}, [])).toThrowCode('chromium_missing');
  });

  test('knows a display when the environment names one', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });
});

describe('the demo alone', () => {
  test.each([[[]], [['--demo=1']], [['demo']], [['--data', '/tmp']]])('refuses the arguments %j', (argv) => {
    expect(() => checkDemo(argv)).toThrowCode('demo_only');
  });

  const asked = (given: Partial<Handlers<'app'>>) => demoOnly('app', only('app', given));
  const snapshot = (environment: string | null) => ({ status: { environment } }) as unknown as Snapshot;

  test('does not say hello to another Console', async () => {
    await expect(Promise.resolve(asked({ 'app/hello': () => hello })['app/hello']({}))).resolves.toEqual(
      hello,
    );
    const other = asked({ 'app/hello': () => ({ ...hello, demo: false }) });
    await expect(Promise.resolve(other['app/hello']({}))).toRejectCode('demo_only');
  });

  test.each(['production', 'staging'])('shows nothing of a directory of %s', async (environment) => {
    const handlers = asked({ 'app/snapshot': () => snapshot(environment) });
    await expect(Promise.resolve(handlers['app/snapshot']({}))).toRejectCode('demo_only');
    expect(() => checkEvent('status/changed', { environment })).toThrowCode('demo_only');
  });

  test.each(['demo', null])('shows a directory of %s', async (environment) => {
    const handlers = asked({ 'app/snapshot': () => snapshot(environment) });
    await expect(Promise.resolve(handlers['app/snapshot']({}))).resolves.toEqual(snapshot(environment));
    checkEvent('status/changed', { environment });
  });
});

describe('a file to save', () => {
  test.each([
    ['journal.json', 'journal.json'],
    ['../../.bashrc', 'bashrc'],
    ['/etc/passwd', 'passwd'],
    ['..', 'file'],
    ['', 'file'],
    ['-rf *', 'rf-'],
    ['a\u0000b\u001b[2J\u202ecod.exe', 'a-b-2J-cod.exe'],
    [`${'x'.repeat(500)}.json`, `${'x'.repeat(115)}.json`],
  ])('named %j lies in the saved folder as %s', (name, expected) => {
    const path = whereToSave(join(folder, 'tame'), name) ?? '';
    expect(basename(path)).toBe(expected);
    expect(dirname(path)).toBe(join(folder, 'tame', 'saved'));
  });

  test('never lies on another', () => {
    const state = join(folder, 'twice');
    const first = whereToSave(state, 'a.json') ?? '';
    writeFileSync(first, '1');
    const second = whereToSave(state, 'a.json') ?? '';
    expect(basename(second)).toBe('a-2.json');
    writeFileSync(second, '2');
    expect(basename(whereToSave(state, 'a.json') ?? '')).toBe('a-3.json');
    expect(statSync(dirname(first)).mode & 0o777).toBe(0o700);
  });
});

describe('processes', () => {
  const deps = { root, log: () => undefined };
  beforeAll(() => {
    mkdirSync(join(folder, 'native', 'host'), { recursive: true });
    writeFileSync(
      join(folder, 'native', 'host', 'main.ts'),
      'process.send(process.env, () => process.exit());',
    );
  });

  test('the second decoder answers as it does in its own process', async () => {
    const payload = Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}');
    const question = { version: '1', payloadType: 'text/plain', payload: payload.toString('base64') };
    const answer = await runSecond(deps, [], Buffer.from(JSON.stringify(question)));
    expect(JSON.parse(Buffer.from(answer).toString('utf8'))).toEqual({
      digest: viewDigestOf('1', 'text/plain', payload),
    });
  });

  test('the second decoder, asked for nothing it knows, is a refusal', async () => {
    await expect(runSecond(deps, [], Buffer.from('{}'))).toRejectCode('second_decoder');
    const elsewhere = { ...deps, root: folder };
    await expect(runSecond(elsewhere, [], Buffer.from('{}'))).toRejectCode('second_decoder');
  });

  test('a driver answers, and is gone with the app', async () => {
    const config = { devices: [] };
    const driver = await connectDriver(driverPort(deps, {}), { driver: 'security-key', config });
    const { devices } = await driver.call('list', {}, { deadlineMs: 10_000 });
    expect(devices).toEqual(expect.any(Array));
    killDrivers();
    await driver.exited;
    await expect(driver.call('list', {}, { deadlineMs: 1000 })).toRejectCode('driver_exited');
  });

  test('a driver has the environment that it is given, and no other', async () => {
    process.env['SECRET_OF_MAIN'] = 'secret';
    const port = driverPort({ ...deps, root: folder }, { GIVEN: '1' });
    const heard: unknown[] = [];
    port.onMessage((message) => heard.push(message));
    await new Promise<void>((resolve) => {
      port.onExit(() => resolve());
    });
    const [message] = heard;
    delete process.env['SECRET_OF_MAIN'];
    expect(Object.keys(message as object).filter((name) => !name.startsWith('NODE_'))).toEqual(['GIVEN']);
  });
});
