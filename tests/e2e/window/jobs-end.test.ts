// The demo's end: at a signal, with its window, and never by a second start; nothing that it started is left.
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { commandOf, descendants, runs } from '../processes.ts';
import { Desk } from './desk.ts';
import { Stage } from './launch.ts';

const PARTS = ['demo/world/main.ts', 'signer/app/main.ts', 'demo/issuer/main.ts', 'demo/licensing/main.ts'];

const left = (pids: readonly number[]) =>
  expect.poll(() => pids.filter(runs).map((pid) => `${pid} ${commandOf(pid)}`), { timeout: 20_000 });

needs('electron', electron)('the demo in its window', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  /** The app, every process below it, and those of the demo's own: Signer, stand-ins, world. */
  async function open() {
    const desk = await Desk.open(stage);
    const child = desk.launched.app.process();
    const pids = [child.pid ?? 0, ...descendants(child.pid ?? 0)];
    const parts = PARTS.map((part) => pids.find((pid) => commandOf(pid).includes(part)));
    expect(parts).not.toContain(undefined);
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    return { desk, pids, parts: parts as number[], ended };
  }

  test('a second start brings the first to the front and ends; SIGINT ends all of it', async () => {
    const { desk, pids, parts, ended } = await open();
    await desk.launched.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      Object.assign(globalThis, { focused: 0 });
      window?.on('show', () => Object.assign(globalThis, { focused: 1 }));
      window?.minimize();
    });
    const state = join(stage.folder, 'state-first');
    await expect(stage.launch({ args: ['--demo'], state })).rejects.toThrow();
    await expect
      .poll(() =>
        desk.launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()),
      )
      .toBe(false);
    // a page that has just closed may still end: only what the demo is made of must stay
    expect(parts.filter((pid) => !runs(pid))).toEqual([]);

    const main = await desk.launched.app.evaluate(() => process.pid);
    process.kill(main, 'SIGINT');
    expect(await ended).toBe(130);
    await left(pids).toEqual([]);
    expect(readdirSync(desk.folder)).not.toContain('world.json');
  }, 90_000);

  test('with the last window all of it ends; what was held waits for the next start', async () => {
    const { desk, pids, ended } = await open();
    const rows = await desk.page
      .locator('[role=row][data-request]')
      .evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['request']));
    await desk.launched.app.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.close();
    });
    expect(await ended).toBe(0);
    await left(pids).toEqual([]);

    const again = await open();
    for (const id of rows) await again.desk.row(id ?? '');
    process.kill(await again.desk.launched.app.evaluate(() => process.pid), 'SIGTERM');
    expect(await again.ended).toBe(143);
    await left(again.pids).toEqual([]);
    expect(mkdtempSync(join(stage.folder, 'writable-'))).toMatch(/writable/);
  }, 90_000);
});
