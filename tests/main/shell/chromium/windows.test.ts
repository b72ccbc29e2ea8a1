// Windows that are really drawn, on a display of their own: app windows, their size, and how they end together.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChromiumPage } from '../../../../main/shell/chromium/page.ts';
import { startDisplay, type Display } from '../../../support/display.ts';
import { chromium, needs, xvfb } from '../../../support/needs.ts';
import { hello } from './handlers.ts';
import { inPage, openStage, type Stage } from './stage.ts';

needs('chromium and Xvfb', () => chromium() ?? xvfb())('windows of Chromium', () => {
  let display: Display;
  let stage: Stage;
  let app: ChromiumPage;
  const before = process.env['DISPLAY'];

  beforeAll(async () => {
    display = await startDisplay();
    process.env['DISPLAY'] = display.name;
    stage = await openStage(false);
    app = await stage.open('app', { 'app/hello': () => hello });
  });
  afterAll(async () => {
    await stage.close();
    await display.stop();
    if (before === undefined) delete process.env['DISPLAY'];
    else process.env['DISPLAY'] = before;
  });

  const measured = (page: ChromiumPage) =>
    inPage(page, '[innerWidth, innerHeight, outerHeight - innerHeight]') as Promise<number[]>;

  test('has neither tabs nor an address, and the size that was asked for', async () => {
    const [width, height, frame = 0] = await measured(app);
    expect([width, height]).toEqual([640, 480]);
    expect(frame).toBeLessThan(40);
  });

  test('a second one too, of another kind, beside the first', async () => {
    const authorize = await stage.open('authorize', {}, app);
    const [width, height, frame = 0] = await measured(authorize);
    expect([width, height]).toEqual([640, 480]);
    expect(frame).toBeLessThan(40);
    expect(await inPage(authorize, 'origin')).toBe('https://authorize.signer-console.invalid');
    expect(await inPage(authorize, 'opener')).toBe(null);
    expect(await inPage(app, `signerConsole['app/hello']({})`)).toMatchObject({ ok: true });
    authorize.close();
    await authorize.closed;
    authorize.close();
  });

  test('several at once open one after the other', async () => {
    const pages = await Promise.all([stage.open('authorize', {}, app), stage.open('virtual-key', {}, app)]);
    expect(await Promise.all(pages.map((page) => inPage(page, 'origin')))).toEqual([
      'https://authorize.signer-console.invalid',
      'https://virtual-key.signer-console.invalid',
    ]);
    await Promise.all(
      pages.map((page) => {
        page.close();
        return page.closed;
      }),
    );
  });

  test('says how the desktop wants it to look', () => {
    expect(['light', 'dark', 'contrast']).toContain(stage.shell.system.appearance());
    expect(stage.shell.system.locale()).toMatch(/^[a-z]{2,3}(-|$)/);
  });

  test('the last window of the app closed ends all, also what stood above it', async () => {
    const virtual = await stage.open('virtual-key', {}, app);
    // as a person closes it: past the shell
    await app.tab.close({ runBeforeUnload: true });
    await Promise.all([app.closed, virtual.closed]);
    app.send('app/navigate', { to: 'room', room: 'keys' }); // nobody hears it, and nothing fails
    app.focus();
    expect(await stage.ended).toBe(0);
    expect(readdirSync(`${stage.state}/chromium`)).toEqual([]);
  });
});
