// Pictures of the real windows for the documents, in light and dark; taken only under UPDATE_GOLDEN=1, and looked at.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from '../../layers/tree.ts';
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
      .poll(() => page.evaluate(() => document.documentElement.dataset['theme']), { timeout: 5000 })
      .toBe(appearance);
    const path = join(folder, `${name}-${appearance}.png`);
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    expect(statSync(path).size).toBeLessThanOrEqual(MOST_BYTES);
  }
}
