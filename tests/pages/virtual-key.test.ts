// The demo's drawn hardware in a real Chromium: it blinks when it waits, is pressed only then, comes out and goes in.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { chromiumHere } from './browser.ts';
import { virtualKey } from './fixtures/act.ts';
import { golden } from './golden.ts';
import { raise, type Stage } from './stage.ts';

const look = { width: 300, height: 460 } as const;

needs('Chromium', chromiumHere)('a virtual key', () => {
  let stage: Stage<'virtual-key'>;
  beforeAll(async () => {
    stage = await raise('virtual-key', 'virtual-key');
  }, 120_000);
  afterAll(() => stage.close());

  async function open(over = {}, how = {}) {
    const scene = await stage.open(
      {
        'virtual-key/read': () => virtualKey(over),
        'virtual-key/press': () => ({}),
        'virtual-key/plug': () => ({}),
      },
      { ...look, ...how },
    );
    await scene.page.waitForSelector('main');
    return scene;
  }

  test.each([
    ['idle', {}],
    ['waiting', { waiting: true }],
    ['out', { plugged: false }],
    ['token', { kind: 'token', name: 'ana-held', serial: 'SoftHSM' }],
  ] as const)('%s: says VIRTUAL and its PIN, and axe finds nothing', async (name, over) => {
    for (const appearance of ['light', 'dark', 'contrast'] as const) {
      const scheme = appearance === 'dark' ? 'dark' : 'light';
      const { page, complaints } = await open({ ...over, appearance }, { scheme });
      const shown = await page.locator('main').innerText();
      expect(shown).toContain('VIRTUAL');
      expect(shown).toContain('4711-4711');
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      if (appearance !== 'contrast')
        expect(golden(`virtual-key-${name}-${appearance}`, await page.screenshot())).toBeNull();
      await page.context().close();
    }
  });

  test('a token has its PIN, and nothing to press or to pull', async () => {
    const { page } = await open({ kind: 'token' });
    expect(await page.getByRole('button').count()).toBe(0);
    await page.context().close();
  });

  test('is pressed while it blinks, once for each press, and not otherwise', async () => {
    const { page, main } = await open();
    const press = page.getByRole('button', { name: 'Press the key' });
    await press.click({ force: true });
    expect(main.inputs('virtual-key/press')).toEqual([]);
    await main.send('virtual-key/changed', virtualKey({ revision: 2, waiting: true }));
    await page.getByRole('status').getByText('Press the key').waitFor();
    await press.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => main.inputs('virtual-key/press')).toHaveLength(1);
  });

  test('is pulled out and plugged in, in German as well', async () => {
    const { page, main } = await open({ language: 'de' });
    await page.getByRole('button', { name: 'Herausziehen' }).click();
    await main.send('virtual-key/changed', virtualKey({ revision: 2, plugged: false, language: 'de' }));
    await page.getByRole('button', { name: 'Einstecken' }).click();
    await expect.poll(() => main.inputs('virtual-key/plug')).toEqual([{ plugged: false }, { plugged: true }]);
    await main.send('virtual-key/changed', virtualKey({ revision: 1, plugged: true, language: 'de' }));
    await page.waitForTimeout(30);
    expect(await page.getByRole('button', { name: 'Einstecken' }).count()).toBe(1);
  });

  test('blinks by its colour where motion is welcome, and shines steadily where it is not', async () => {
    const animation = 'getComputedStyle(document.querySelector(".light")).animationName';
    const moving = await open({ waiting: true }, { reduced: false });
    expect(await moving.page.evaluate(animation)).toBe('blink');
    const still = await open({ waiting: true }, { reduced: true });
    expect(await still.page.evaluate(animation)).toBe('none');
  });
});
