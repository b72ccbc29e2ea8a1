// `npm start` as a person runs it: one line, the window, and an end that leaves nothing behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../layers/tree.ts';
import { electron, needs } from '../../support/needs.ts';
import { commandOf, descendants, runs } from '../processes.ts';
import { isRoot, Stage } from './launch.ts';

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<unknown[]>;
}

/** Runs it with this environment and no other. */
function start(env: Record<string, string>, ...args: string[]): Started {
  const child = spawn('npm', ['start', '--silent', '--', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, as a terminal gives it: Ctrl-C reaches all of it
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (out += part.toString('utf8')));
  child.stderr.on('data', (part: Buffer) => (err += part.toString('utf8')));
  return { child, pid: child.pid ?? 0, out: () => out, err: () => err, ended: once(child, 'close') };
}

describe('without a display', () => {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: '/tmp' };

  test('the terminal demo runs, and one sentence says why', async () => {
    const { out, err, ended } = start(env, '--shell', 'electron', '--help');
    expect(await ended).toEqual([0, null]);
    expect(out().split('\n')[0]).toBe('shell: terminal');
    expect(out()).toContain('--scene');
    expect(err().trim().split('\n')).toEqual([expect.stringContaining('there is no display')]);
  });

  test('a shell that does not exist ends with 2, before anything is started', async () => {
    const { out, err, ended } = start(env, '--shell', 'browser');
    expect(await ended).toEqual([2, null]);
    expect(out()).toBe('');
    expect(err()).toContain('--shell wants one of electron, chromium, terminal');
  });
});

needs('electron', electron)('with a display', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  const pids: number[] = [];
  afterAll(async () => {
    for (const pid of pids.flatMap((one) => descendants(one))) process.kill(pid, 'SIGKILL'); // of a test that failed
    await stage.close();
  });

  const env = (): Record<string, string> => {
    const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
    return {
      ...stage.env(mkdtempSync(join(stage.folder, 'state-'))),
      ...(dist === undefined ? {} : { ELECTRON_OVERRIDE_DIST_PATH: dist }),
    };
  };

  test.each(['SIGINT', 'SIGTERM'] as const)('opens the window, and %s ends everything', async (signal) => {
    const { pid, out, err, ended } = start(env());
    pids.push(pid);
    const pages = (): number[] =>
      descendants(pid).filter((one) => commandOf(one).includes('--type=renderer'));
    await expect.poll(() => pages().length, { timeout: 25_000 }).toBeGreaterThan(0);
    const all = descendants(pid);
    expect(out()).toBe('shell: electron\n');
    if (isRoot) expect(err()).toContain('as root');
    process.kill(signal === 'SIGINT' ? -pid : pid, signal);
    await ended;
    await expect.poll(() => all.filter((one) => runs(one)), { timeout: 15_000 }).toEqual([]);
    expect(out()).toBe('shell: electron\n');
  });
});
