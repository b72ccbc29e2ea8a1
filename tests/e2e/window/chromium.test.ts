// The whole app in the system's Chromium: the demo's inbox without a click, a call, the end.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumOrigin } from '../../../contract/ipc/chromium-origin.ts';
import { startApp } from '../../../main/app/start.ts';
import { serve } from '../../../main/ipc/serve.ts';
import { findChromium } from '../../../main/shell/chromium/find.ts';
import { chromiumShell, type ChromiumShell } from '../../../main/shell/chromium/shell.ts';
import { buildConsole } from '../../../scripts/vite/console.ts';
import { root } from '../../layers/tree.ts';
import { chromium, needs } from '../../support/needs.ts';

needs('chromium', chromium)('the app in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'app-chromium-'));
  const state = join(folder, 'state');
  const said: string[] = [];
  let shell: ChromiumShell;
  let ended: Promise<number>;
  let tab: Tab;

  beforeAll(async () => {
    const built = join(folder, 'built');
    await buildConsole(root, built);
    const log = (line: string): void => void said.push(line);
    ended = new Promise((exit) => {
      shell = chromiumShell({
        root,
        built,
        state,
        folder: join(state, 'chromium'),
        program: findChromium(process.env),
        headless: true,
        serve: (frame, handlers) => serve(frame, handlers, { log: ({ cause }) => log(String(cause)) }),
        log,
        last: () => undefined,
        exit,
      });
    });
    const places = { root, state, build: 'test', version: '0', node: process.execPath, packaged: false };
    await startApp(shell, ['--demo'], places);
    tab = (await shell.browser())?.context.pages()[0] as Tab;
  }, 90_000);

  afterAll(async () => {
    shell.quit();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  const hold = () => tab.locator('[role=row][data-request], [role=option]').first();

  test('opens with an inbox that is filled', async () => {
    await hold().waitFor({ timeout: 20_000 });
    expect(await hold().innerText()).toMatch(/\S/);
    expect(tab.url()).toBe(`${chromiumOrigin('app')}/`);
    const reply = await tab.evaluate(`signerConsole['app/hello']({})`);
    expect(reply).toMatchObject({ ok: true, value: { demo: true, shell: 'chromium' } });
  });

  test('reports nothing that broke', () => {
    expect(
      said.filter((line) => /refused|violat|TypeError|schema_invalid|call_forbidden/.test(line)),
    ).toEqual([]);
  });

  test('ends whole with its window', async () => {
    await tab.close();
    expect(await ended).toBe(0);
    expect(readdirSync(join(state, 'chromium'))).toEqual([]);
  });
});
