// The same approval by keyboard alone; and a window whose script lies, beside a document that does not.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { wordsOf } from '../../../core/words/words.ts';
import { electron, needs } from '../../support/needs.ts';
import { Act } from './act.ts';
import { Desk, PATIENCE } from './desk.ts';
import { Stage } from './launch.ts';

/** Tab until something of this name has the focus; as often as there are things at most. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  for (let presses = 0; presses < 20; presses += 1) {
    if (name.test(await focused())) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${String(name)}`);
}

needs('electron', electron)('an officer at the window', () => {
  let stage: Stage;
  let desk: Desk;

  beforeAll(async () => {
    stage = await Stage.open();
    desk = await Desk.open(stage);
  }, 90_000);
  afterEach(() => desk.clear());
  afterAll(() => stage.close(), 60_000);

  test('approves by keyboard alone, the virtual key’s button too', async () => {
    const id = await desk.hold('vex');
    const { page } = desk;
    const row = page.locator(`[role=row][data-request="${id}"]`);
    await expect
      .poll(async () => {
        await page.keyboard.press('n'); // lets in what is new
        await page.keyboard.press('j');
        return (await row.count()) > 0 && (await row.getAttribute('aria-selected')) === 'true';
      }, PATIENCE)
      .toBe(true);
    await page.keyboard.press('Enter');
    await desk.reviewed(id).waitFor(PATIENCE);
    const act = await desk.approve();

    await tabTo(act.page, /^Read to the end/);
    await expect
      .poll(async () => {
        await act.page.keyboard.press('Enter');
        return act.says();
      }, PATIENCE)
      .toContain('Enter the PIN');
    const key = await act.key();
    await act.page.keyboard.type(key.pin);
    await act.page.keyboard.press('Enter');
    await act.until('Press the button on the virtual key');
    await tabTo(key.page, /^Press the key$/);
    await key.page.keyboard.press('Space');
    await act.until(/Recorded at leaf/);
    await act.page.keyboard.press('Enter').catch(() => undefined); // the window may be gone first
    await expect.poll(() => act.page.isClosed(), PATIENCE).toBe(true);
    await desk.ends(id, 'signed');
    expect(await desk.reviewed(id).count()).toBe(1);
  });

  test('a window that lies opens a document that tells the truth, before the PIN', async () => {
    const shown = await desk.hold('promotion');
    const meant = await desk.hold('sbom');
    const { payloadDigest } = await desk.status(meant);
    await desk.inbox();
    const subject = (await (await desk.row(meant)).innerText()).split('\n').join('');
    // whatever the app's own script draws, this one draws over it, and opens what was not shown
    await desk.page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const lie = (): void => {
          const text = 'Promotion of a release that everybody knows';
          if (document.body.textContent !== text) document.body.textContent = text;
        };
        new MutationObserver(lie).observe(document, { childList: true, subtree: true, characterData: true });
        lie();
      });
    });
    await desk.page.reload();
    await expect
      .poll(() => desk.page.locator('body').innerText(), PATIENCE)
      .toMatch(/^Promotion of a release/);
    const opened = (await desk.call('review/open', { requestId: meant })) as { value: { reviewId: string } };
    const { reviewId } = opened.value;
    expect(await desk.call('authorize/open', { reviewId, verdict: 'approve' })).toMatchObject({ ok: true });

    const act = await Act.of(desk.launched, desk.seat.securityKeys[0]?.serial ?? '');
    const text = await act.document();
    expect(text).toContain('Approving lets the Signer sign the CycloneDX SBOM for');
    const [name] = /signer-console-\S+?\.tgz/.exec(subject) ?? [];
    expect(text).toContain(name);
    const spoken = text.slice(text.indexOf('Of the payload')).replaceAll(/[\d\s]+/g, ' ');
    expect(spoken).toContain(wordsOf(payloadDigest).join(' '));
    expect(text).not.toContain('everybody knows');
    expect(await desk.page.locator('body').innerText()).not.toContain(name);

    // an act can be opened by such a page, and no more: what it asks of the act's document is not for it
    for (const name of ['act/begin', 'act/pin', 'act/read'])
      expect(await desk.page.evaluate((n) => typeof window.signerConsole[n], name)).toBe('undefined');
    expect(await desk.status(meant)).toMatchObject({ state: 'waiting' });
    expect(await desk.status(shown)).toMatchObject({ state: 'waiting' });
    await act.page.keyboard.press('Escape').catch(() => undefined); // the window may be gone first
    await expect.poll(() => act.page.isClosed(), PATIENCE).toBe(true);
  });
});
