// Every screen and state, in light and dark: nothing for axe to find, nothing in the console, each as a picture.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { chromiumHere } from './browser.ts';
import { golden } from './golden.ts';
import { sceneNames, show } from './scenes.ts';
import { raise, type Stage } from './stage.ts';

needs('Chromium', chromiumHere)('screens of inbox, review and frame', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  describe.each(['light', 'dark'] as const)('%s', (scheme) => {
    test.each(sceneNames)(
      '%s',
      async (name) => {
        const { page, complaints } = await show(stage, name, { scheme });
        // Legacy mode runs in the page itself: the policy lets it open no other.
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
        );
        expect(found).toEqual([]);
        expect(complaints).toEqual([]);
        expect(golden(`${name}-${scheme}`, await page.screenshot())).toBeNull();
        await page.context().close();
      },
      90_000,
    );
  });
});
