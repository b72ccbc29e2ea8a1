// Pictures of the real windows for the documents, in light and dark; taken only under UPDATE_GOLDEN=1, and looked at.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { root } from '../../layers/tree.ts';
import { indexedPng } from '../../pages/indexed-png.ts';
import type { Desk } from './desk.ts';

const MOST_BYTES = 150 * 1024;

/** Keeps `docs/images/window/NAME-light.png` and `-dark.png` of this page as it stands. */
export async function photograph(desk: Desk, page: Page, name: string): Promise<void> {
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  const folder = join(root, 'docs/images/window');
  mkdirSync(folder, { recursive: true });
  for (const appearance of ['dark', 'light']) {
    expect(await desk.call('settings/set', { appearance })).toMatchObject({ ok: true });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset['scheme']), { timeout: 5000 })
      .toBe(appearance);
    const path = join(folder, `${name}-${appearance}.png`);
    const { width, height, data } = PNG.sync.read(
      await page.screenshot({ animations: 'disabled', caret: 'hide' }),
    );
    const picture = indexedPng(width, height, data);
    expect(picture.length).toBeLessThanOrEqual(MOST_BYTES);
    writeFileSync(path, picture);
  }
}
