// The console benchmark's own parts, tried on bare windows: what they measure is there, and more of it measures as more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron } from '../../../scripts/electron.ts';
import { root } from '../../layers/tree.ts';
import { needs, xvfb } from '../../support/needs.ts';
import { compareGauges, type Line } from '../harness.ts';
import { restingMemory } from './bench.ts';
import { inboxLines } from './inbox.ts';
import { filter, longTasks, paint, probe, usable } from './probe.ts';
import { memoryOf } from './processes.ts';
import { timeToUsable, Windows, type Opened } from './windows.ts';

const electron = () =>
  findElectron(root, process.env) === null ? 'name one in ELECTRON_OVERRIDE_DIST_PATH' : xvfb();

describe('comparing gauges', () => {
  const gauge = (name: string, values: number[]) => ({
    name,
    measure: () => Promise.resolve(values.shift() ?? Number.NaN),
  });

  test('gives medians, and the median of the ratios; rounds that do not count do not count', async () => {
    const line = await compareGauges(
      'b',
      'MiB',
      gauge('a', [900, 10, 20, 60]),
      gauge('c', [1, 10, 10, 20]),
      3,
      1,
    );
    expect(line).toEqual({
      bench: 'b',
      name: 'a',
      value: 20,
      unit: 'MiB',
      control: { name: 'c', value: 10 },
      ratio: 2,
      runs: 3,
    });
  });

  test('has no ratio to nothing', async () => {
    expect((await compareGauges('b', 'tasks', gauge('a', [2]), gauge('c', [0]), 1, 0)).ratio).toBe(null);
    expect((await compareGauges('b', 'tasks', gauge('a', [0]), gauge('c', [0]), 1, 0)).ratio).toBe(null);
  });
});

test('memory is that of a process and of all that it started', async () => {
  const script = `const big = Buffer.alloc(${64 * 1024 * 1024}, 1); console.log('ready'); setInterval(() => big.length, 1000);`;
  const child = spawn('sh', ['-c', `"$0" -e "$1"; true`, process.execPath, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    await once(child.stdout, 'data');
    const { processes, bytes } = memoryOf(child.pid ?? 0);
    expect(processes).toBe(2);
    expect(bytes / 1024 / 1024).toBeGreaterThan(64);
    expect(memoryOf(process.pid).bytes).toBeGreaterThan(bytes);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
  }
  expect(memoryOf(child.pid ?? 0)).toEqual({ processes: 0, bytes: 0 });
});

needs('Electron and Xvfb', electron)('in a bare window', () => {
  let windows: Windows;
  let full: Opened;
  let empty: Opened;

  beforeAll(async () => {
    windows = await Windows.open();
    full = await windows.bare(3000)();
    empty = await windows.bare(0)();
  });
  afterAll(async () => {
    await windows.end();
    windows.remove();
  });

  test('a start takes as long as it takes', async () => {
    const whole = await timeToUsable(windows.bare());
    const slow = await timeToUsable(async () => {
      await sleep(1000);
      return windows.bare()();
    });
    expect(whole).toBeGreaterThan(50);
    expect(slow).toBeGreaterThan(1000);
  });

  test('a start without a hold is no start', async () => {
    await expect(usable(empty.page, 500)).rejects.toThrow('Timeout');
    await usable(full.page, 15_000);
  });

  test('memory is that of several processes', async () => {
    const { processes } = memoryOf(full.pid);
    expect(processes).toBeGreaterThan(2);
    expect(await restingMemory(windows.bare(), 0)).toBeGreaterThan(50);
  });

  test('paint and filter are measured by the page, and long tasks are seen', async () => {
    await probe(full.page);
    expect(await paint(full.page)).toBeGreaterThan(0);
    expect(await filter(full.page, 'hold 29')).toBeGreaterThan(0);
    expect(await full.page.locator('[role=row]:visible').count()).toBe(111);
    const before = (await longTasks(full.page)).length;
    await full.page.evaluate(
      `setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); }, 0)`,
    );
    await expect.poll(async () => (await longTasks(full.page)).length).toBeGreaterThan(before);
    expect(Math.max(...(await longTasks(full.page)))).toBeGreaterThan(100);
    await paint(full.page);
    await expect(full.page.evaluate(`benchProbe.filter.call(null, 'x')`)).resolves.toBeGreaterThan(0);
  });

  test('a page without a search field cannot be filtered', async () => {
    const opened = await windows.bare()();
    await probe(opened.page);
    await paint(opened.page);
    await expect(filter(opened.page, 'x')).rejects.toThrow('no search field');
    await opened.close();
  });

  test('a full inbox measures as more than an empty one', async () => {
    const lines: Line[] = [];
    await inboxLines({ full, empty }, 3, (line) => lines.push(line));
    expect(lines.map(({ name, unit }) => [name, unit])).toEqual([
      ['first paint, full', 'ms'],
      ['slowest letter of a filter, full', 'ms'],
      ['a load and a filter, full', 'long tasks'],
    ]);
    expect(lines[0]?.ratio).toBeGreaterThan(1);
  });
});
