// The authorize document when something goes wrong with it: pressed twice, or drawn from what it cannot draw.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act, Phase } from '../../contract/ipc/act.ts';
import { needs } from '../support/needs.ts';
import { button, openAct, readAll, settled } from './act-page.ts';
import { chromiumHere } from './browser.ts';
import { actOf, decide, phases, sbom } from './fixtures/act.ts';
import { golden } from './golden.ts';
import { raise, type Stage } from './stage.ts';

needs('Chromium', chromiumHere)('the authorize document', () => {
  let stage: Stage<'authorize'>;
  beforeAll(async () => {
    stage = await raise('authorize', 'isolated');
  }, 120_000);
  afterAll(() => stage.close());
  const open = (act: Act, look?: Parameters<typeof openAct>[2]) => openAct(stage, act, look);

  describe('pressed twice', () => {
    test('the second press of a double click does not cancel what the first began', async () => {
      const { page, main } = await open(actOf(decide(sbom)));
      main.answers['act/begin'] = async () => {
        await main.send('act/changed', actOf(decide(sbom), phases['connecting'], { revision: 2 }));
        return {};
      };
      await readAll(page);
      await settled(page);
      const box = await button(page, 'Approve').boundingBox();
      const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
      await page.mouse.click(x, y);
      const cancel = page.getByRole('button', { name: /^Cancel/ });
      const its = await cancel.boundingBox();
      await page.mouse.move((its?.x ?? 0) + 5, (its?.y ?? 0) + 5);
      await page.mouse.down({ clickCount: 2 }); // the second press of a double click, as the system counts it
      await page.mouse.up({ clickCount: 2 });
      await page.waitForTimeout(50);
      expect(main.inputs('act/begin')).toHaveLength(1);
      expect(main.inputs('act/cancel')).toEqual([]);
      await cancel.click();
      expect(main.inputs('act/cancel')).toHaveLength(1);
    });
  });

  describe('when drawing fails', () => {
    /** An act that no schema would let through: a component throws over it. */
    const breakIt = (page: Page, phase: Phase, revision: number): Promise<void> => {
      const broken = actOf({ ...decide(sbom), about: { ...sbom, kind: 'nonsense' } } as never, phase, {
        revision,
      });
      return page.evaluate(`window.__send('act/changed', ${JSON.stringify(broken)})`);
    };

    test.each(['light', 'dark'] as const)(
      '%s: a sentence and a way to close, and nothing else',
      async (appearance) => {
        const look = { scheme: appearance } as const;
        const { page, main } = await open(actOf(decide(sbom), { at: 'reading' }, { appearance }), look);
        await breakIt(page, { at: 'reading' }, 2);
        const said = await page.getByRole('alert').innerText();
        expect(said).toContain('This window failed');
        expect(said).toContain('Nothing was decided, nothing was sent.');
        expect(main.inputs('act/cancel')).toEqual([]);
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
        expect(violations.map(({ id }) => id)).toEqual([]);
        expect(golden(`act-broken-${appearance}`, await page.screenshot())).toBeNull();
        await page.keyboard.press('Enter'); // the button has the focus
        expect(main.inputs('act/close')).toHaveLength(1);
      },
    );

    test('under a blinking key: it is cancelled, and says nothing untrue meanwhile', async () => {
      const { page, main } = await open(actOf(decide(sbom), phases['touch']));
      await breakIt(page, phases['touch'] as Phase, 2);
      await page.getByText('It is being cancelled.').waitFor();
      expect(main.inputs('act/cancel')).toHaveLength(1);
      expect(await page.getByText('nothing was sent').count()).toBe(0);
      await main.send('act/changed', actOf(decide(sbom), phases['failed-cancelled'], { revision: 3 }));
      await page.getByText('Nothing was decided, nothing was sent.').waitFor();
    });

    test('once it is signed it does not say that nothing was sent', async () => {
      const { page, main } = await open(actOf(decide(sbom), phases['sending']));
      await breakIt(page, phases['sending'] as Phase, 2);
      await page.getByText('What you signed is safe on this machine').waitFor();
      expect(main.inputs('act/cancel')).toEqual([]);
      await main.send('act/changed', actOf(decide(sbom), phases['recorded'], { revision: 3 }));
      await page.getByText('had ended before that').waitFor();
      expect(await page.getByText('nothing was sent').count()).toBe(0);
      await page.keyboard.press('Escape');
      expect(main.inputs('act/close')).toHaveLength(1);
    });
  });
});
