// The frame in a real page: palette, keys and their switch, links and settings that come from main, focus that is never lost.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { reviewing } from './app-answers.ts';
import { chromiumHere } from './browser.ts';
import { later } from './fixtures/make.ts';
import { night, queueOf } from './fixtures/queue.ts';
import { sbom } from './fixtures/review.ts';
import { hello, quiet, status } from './fixtures/status.ts';
import { focused, raise, starting, type Scene, type Stage } from './stage.ts';

needs('Chromium', chromiumHere)('the frame', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  async function start(): Promise<Scene<'app'>> {
    const scene = await stage.open({ ...starting({ queue: queueOf(night) }), ...reviewing([sbom]) });
    await scene.page.getByRole('grid').waitFor();
    return scene;
  }
  const html = ({ page }: Scene<'app'>, attribute: string) => page.locator('html').getAttribute(attribute);

  test('the palette finds a request by any of its words and opens it; Esc gives the focus back', async () => {
    const scene = await start();
    const { page } = scene;
    await page.keyboard.press('j');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('grid');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('9f2c11');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /If this is approved/ }).waitFor();
    expect(scene.main.inputs('review/open')).toEqual([{ requestId: sbom.requestId }]);
    await page.context().close();
  });

  test('the palette sets, and main is asked', async () => {
    const scene = await start();
    await scene.page.keyboard.press('Control+k');
    await scene.page.keyboard.type('high contrast');
    await scene.page.keyboard.press('Enter');
    await expect.poll(() => scene.main.inputs('settings/set')).toEqual([{ appearance: 'contrast' }]);
    await scene.page.context().close();
  });

  test('appearance and language follow main’s settings at once', async () => {
    const scene = await start();
    const person = <T>(value: T) => ({ value, origin: 'person' as const, fixed: false });
    await scene.main.send('settings/changed', {
      ...quiet.settings,
      revision: 2,
      appearance: person('dark'),
      language: person('de'),
    });
    await scene.page.getByRole('heading', { level: 1, name: 'Eingang' }).waitFor();
    expect([await html(scene, 'lang'), await html(scene, 'data-scheme')]).toEqual(['de', 'dark']);
    await scene.main.send('settings/changed', {
      ...quiet.settings,
      revision: 3,
      appearance: person('contrast'),
    });
    await expect.poll(() => html(scene, 'data-contrast')).toBe('more');
    expect(scene.complaints).toEqual([]);
    await scene.page.context().close();
  });

  test('single keys can be switched off, and stay off', async () => {
    const scene = await start();
    const { page } = scene;
    await page.keyboard.press('?');
    await page.getByRole('switch').click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.keyboard.press('?');
    await page.waitForTimeout(200);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('grid').getAttribute('aria-activedescendant')).toBeNull();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.context().close();
  });

  test('no shortcut of the page acts behind a dialog', async () => {
    const scene = await start();
    await scene.page.keyboard.press('j');
    await scene.page.keyboard.press('?');
    await scene.page.getByRole('dialog').waitFor();
    for (const key of ['a', 'd', 'Enter']) await scene.page.keyboard.press(key);
    await scene.page.waitForTimeout(200);
    expect(scene.main.inputs('review/open')).toEqual([]);
    expect(scene.main.inputs('authorize/open')).toEqual([]);
    await scene.page.context().close();
  });

  test('a link of main’s opens; a room that nobody knows changes nothing', async () => {
    const scene = await start();
    await scene.main.send('app/navigate', { to: 'room', room: '../../etc' });
    await scene.main.send('app/navigate', { to: 'room', room: 'constructor' });
    expect(await scene.page.getByRole('grid').count()).toBe(1);
    await scene.main.send('app/navigate', { to: 'request', requestId: sbom.requestId });
    await scene.page.getByRole('heading', { level: 1, name: /If this is approved/ }).waitFor();
    expect(scene.main.inputs('authorize/open')).toEqual([]);
    await scene.page.context().close();
  });

  test('the status line: words for the link, the log, witnesses, devices; what is wrong is never only a colour', async () => {
    const scene = await start();
    const line = scene.page.getByRole('contentinfo');
    for (const part of ['Online', 'Log 48,213', '2 of 2 witnesses', '1 device', 'Journal 1,284', hello.build])
      expect(await line.textContent()).toContain(part);
    await scene.main.send('status/changed', {
      ...status,
      revision: 2,
      link: { state: 'offline', since: later(0), retryAt: later(8), fault: null },
      device: { present: 0, names: [] },
      outbox: 1,
    });
    for (const part of ['Offline · again in 8 s', 'No device', '1 decision unsent'])
      await expect.poll(() => line.textContent()).toContain(part);
    await scene.page.context().close();
  });

  test('an alarm is announced and stays', async () => {
    const scene = await start();
    await scene.main.send('status/changed', {
      ...status,
      revision: 2,
      alarms: [{ code: 'checkpoint_split', about: 'log\u202eexample', at: later(-3) }],
    });
    const alert = scene.page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('The log shows two histories.');
    expect(await alert.textContent()).toContain('U+202E RLO');
    await scene.page.context().close();
  });

  test('nothing of Base UI, cmdk or React breaks the policy: no style element, no violation', async () => {
    const scene = await start();
    await scene.page.keyboard.press('Control+k');
    await scene.page.keyboard.press('Escape');
    await scene.page.getByRole('button', { name: 'Views' }).click();
    await scene.page.getByRole('menuitem').first().waitFor();
    await scene.page.waitForTimeout(200);
    await scene.page.keyboard.press('Escape');
    await scene.page.getByRole('menuitem').first().waitFor({ state: 'detached' });
    await scene.page.getByText('Online').hover();
    await scene.page.waitForTimeout(600);
    expect(await scene.page.locator('style, [style*="javascript"]').count()).toBe(0);
    expect(scene.complaints).toEqual([]);
    await scene.page.context().close();
  });
});
