// The app in Chromium as a process: how it starts, what it refuses, and that whatever ends it leaves nothing behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { chromium, needs } from '../../../support/needs.ts';
import { root } from '../../../layers/tree.ts';
import { buildTiny } from './stage.ts';

interface Life {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
}

/** Command lines of the processes that name this folder: Chromium's, with all their kin. */
function processesOf(folder: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(folder) ? [{ pid: Number(name), command }] : [];
      } catch {
        return []; // it ended while we looked
      }
    });
}

/** Inodes of the TCP sockets on which this machine listens. */
function listening(): Set<string> {
  const lines = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1),
  );
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(fields.filter((field) => field[3] === '0A').map((field) => field[9] ?? ''));
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed while we looked
    }
  });
}

needs('chromium', chromium)('the app in Chromium, as a process', () => {
  let folder: string;
  let built: string;
  const lives: Life[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chromium-life-'));
    built = await buildTiny(folder);
  });
  afterEach(async () => {
    for (const { child, exit } of lives.splice(0)) {
      child.kill('SIGKILL');
      await exit;
    }
    await expect.poll(() => processesOf(folder), { timeout: 5000 }).toEqual([]);
    rmSync(join(folder, 'state'), { recursive: true, force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function live(args: readonly string[], env: Record<string, string> = {}, entry?: string): Life {
    const state = join(folder, 'state');
    const start = entry === undefined ? [join(import.meta.dirname, 'life-child.ts'), built] : [entry];
    const child = spawn(process.execPath, [...start, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], XDG_STATE_HOME: state, SIGNER_CONSOLE_HEADLESS: '1', ...env },
    });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => (texts.out += part.toString('utf8')));
    child.stderr.on('data', (part: Buffer) => (texts.err += part.toString('utf8')));
    const exit = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
    }));
    const life = { child, out: () => texts.out, err: () => texts.err, exit };
    lives.push(life);
    return life;
  }

  async function opened(life: Life): Promise<void> {
    await expect.poll(() => `${life.out()}${life.err()}`, { timeout: 20_000 }).toContain('open\n');
  }

  const instances = (): string[] => {
    const chromiums = join(folder, 'state', 'signer-console', 'chromium');
    return existsSync(chromiums) ? readdirSync(chromiums).map((name) => join(chromiums, name)) : [];
  };
  const left = (): string[] => instances().flatMap((path) => readdirSync(path));

  test('is driven over a pipe: nothing listens, and its profile is ours alone', async () => {
    const life = live(['--demo']);
    await opened(life);
    const all = processesOf(folder).filter(({ pid }) => pid !== life.child.pid);
    const [browser] = all.filter(({ command }) => !command.includes('--type='));
    expect(browser?.command).toContain('--remote-debugging-pipe');
    expect(all.filter(({ command }) => command.includes('--remote-debugging-port'))).toEqual([]);
    const ears = listening();
    const open = all.flatMap(({ pid }) => socketsOf(pid)).filter((inode) => ears.has(inode));
    expect(open).toEqual([]);
    const [instance = ''] = instances();
    const profile = readdirSync(instance).find((name) => name.startsWith('profile-')) ?? '';
    expect(statSync(join(instance, profile)).mode & 0o777).toBe(0o700);
    expect(statSync(instance).mode & 0o777).toBe(0o700);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends at %s, tells the app first, and leaves nothing', async (signal, status) => {
    const life = live(['--demo']);
    await opened(life);
    life.child.kill(signal);
    expect(await life.exit).toEqual({ code: status, signal: null });
    expect(life.out()).toContain('quits');
    expect(left()).toEqual([]);
    expect(processesOf(folder)).toEqual([]);
  });

  test('ends when Chromium is killed', async () => {
    const life = live(['--demo']);
    await opened(life);
    const [browser] = processesOf(folder).filter(
      ({ pid, command }) => pid !== life.child.pid && !command.includes('--type='),
    );
    process.kill(browser?.pid ?? 0, 'SIGKILL');
    expect(await life.exit).toEqual({ code: 0, signal: null });
    expect(life.out()).toContain('quits');
    expect(life.err()).not.toContain('while ending');
    expect(left()).toEqual([]);
  });

  test('ends all the same when what it tells of its end fails', async () => {
    const life = live(['--demo', '--failing']);
    await opened(life);
    life.child.kill('SIGTERM');
    expect(await life.exit).toEqual({ code: 143, signal: null });
    expect(life.err()).toContain('while ending: on purpose');
    expect(left()).toEqual([]);
  });

  test('killed hard, leaves no process, and its profile goes with the next start', async () => {
    const first = live(['--demo']);
    await opened(first);
    first.child.kill('SIGKILL');
    await first.exit;
    await expect.poll(() => processesOf(folder), { timeout: 5000 }).toEqual([]);
    const [old] = left().filter((name) => name.startsWith('profile-'));
    const second = live(['--demo']);
    await opened(second);
    expect(left().filter((name) => name.startsWith('profile-'))).not.toContain(old);
    second.child.kill('SIGTERM');
    await second.exit;
    expect(left()).toEqual([]);
  });

  test('runs once for each officer', async () => {
    const first = live(['--demo']);
    await opened(first);
    const again = live(['--demo']);
    expect(await again.exit).toEqual({ code: 2, signal: null });
    expect(again.err()).toContain('(data_locked');
    const other = live(['--demo', '--officer', 'ben']);
    await opened(other);
    expect(first.child.exitCode).toBe(null);
  });

  test('an app that cannot begin ends with what it started', async () => {
    const life = live(['--demo', '--broken']);
    expect(await life.exit).toEqual({ code: 1, signal: null });
    expect(life.err()).toContain('on purpose');
    expect(life.out()).toBe('quits\n');
    expect(left()).toEqual([]);
  });

  test.each([
    ['without --demo', [], {}, '(demo_only'],
    ['with something like --demo', ['--demo=no'], {}, '(demo_only'],
    ['without a display', ['--demo'], { SIGNER_CONSOLE_HEADLESS: '' }, '(display_missing'],
    ['without Chromium', ['--demo'], { CHROMIUM_PATH: '/nowhere/chromium' }, '(chromium_missing'],
    ['with another program in its place', ['--demo'], { CHROMIUM_PATH: '/bin/true' }, '(chromium_missing'],
  ])('is refused %s: one sentence, and status 2', async (_, args, env, says) => {
    const life = live(args, env);
    expect(await life.exit).toEqual({ code: 2, signal: null });
    expect(life.err()).toContain(says);
    expect(
      life
        .err()
        .replace(/^as root.*\n/, '')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    expect(left()).toEqual([]);
  });

  test('its entry refuses any other directory before it starts anything', async () => {
    const life = live(['--data', '/tmp'], {}, join(root, 'main', 'app', 'chromium.ts'));
    expect(await life.exit).toEqual({ code: 2, signal: null });
    expect(life.err()).toContain('(demo_only');
    expect(instances()).toEqual([]);
  });
});
