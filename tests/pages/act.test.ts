// The authorize document in a real Chromium: each phase drawn and heard, nothing begun before it was read, the PIN sent once.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act, Phase } from '../../contract/ipc/act.ts';
import { device } from '../../core/fault/codes.ts';
import { needs } from '../support/needs.ts';
import { button, isKept, openAct, readAll, settled, sizes, small } from './act-page.ts';
import { chromiumHere } from './browser.ts';
import { Refused } from './fake-main.ts';
import {
  actOf,
  blind,
  bypass,
  decide,
  devices,
  locked,
  nearby,
  others,
  phases,
  sbom,
} from './fixtures/act.ts';
import { later } from './fixtures/make.ts';
import { golden } from './golden.ts';
import { raise, type Scene, type Stage } from './stage.ts';

needs('Chromium', chromiumHere)('the authorize document', () => {
  let stage: Stage<'authorize'>;
  beforeAll(async () => {
    stage = await raise('authorize', 'isolated');
  }, 120_000);
  afterAll(() => stage.close());

  const open = (act: Act, look?: Parameters<typeof openAct>[2]) => openAct(stage, act, look);
  const widerThanItself = (page: Page): Promise<boolean> =>
    page.evaluate(
      '[document.documentElement, document.querySelector("main")].some((e) => e.scrollWidth > e.clientWidth)',
    );

  /** What stands in every picture: no complaint, nothing that axe finds, nothing beside the window. */
  async function isSound({ page, complaints }: Scene<'authorize'>, name: string): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
    expect(await widerThanItself(page)).toBe(false);
    expect(complaints).toEqual([]);
    if (isKept(name)) expect(golden(`act-${name}`, await page.screenshot())).toBeNull();
  }

  describe.each(['light', 'dark', 'contrast'] as const)('drawn %s', (appearance) => {
    const scheme = appearance === 'dark' ? 'dark' : 'light';
    test.each([
      ['sbom', decide(sbom)],
      ['several', decide(sbom, 'deny')],
      ['blind', decide(blind)],
      ['locked', decide(locked, 'deny')],
      ['bypass', decide(bypass)],
      ...Object.entries(others),
    ] as const)('%s, from its beginning to its end', async (name, what) => {
      const look = sizes[what.purpose] ?? small;
      const act = actOf(
        what,
        { at: 'reading' },
        {
          appearance,
          devices: [...(name === 'several' ? devices.several : devices.one)],
        },
      );
      const top = await open(act, { ...look, scheme });
      await settled(top.page);
      await isSound(top, `${name}-${appearance}`);
      const end = await open(act, { ...look, scheme });
      await readAll(end.page);
      await settled(end.page);
      await isSound(end, `${name}-end-${appearance}`);
      for (const { page } of [top, end]) await page.context().close();
    });

    test('each phase', { timeout: 120_000 }, async () => {
      const scene = await open(actOf(decide(sbom), phases['connecting'], { appearance }), { scheme });
      let revision = 1;
      for (const [name, phase] of Object.entries(phases)) {
        revision += 1;
        const what = name.endsWith('-second')
          ? others['enrol']
          : name === 'pin-new'
            ? others['set-pin']
            : name === 'ended'
              ? others['sign-held']
              : undefined;
        const over = { appearance, revision, devices: [...(nearby[name] ?? devices.one)] };
        await scene.main.send('act/changed', actOf(what ?? decide(sbom), phase, over));
        await isSound(scene, `${name}-${appearance}`);
      }
      await scene.page.context().close();
    });
  });

  describe('what it says', () => {
    test.each(['en', 'de'] as const)('%s: every phase is one line, and is said aloud', async (language) => {
      const { page, main, complaints } = await open(actOf(decide(sbom), { at: 'connecting' }, { language }));
      let revision = 1;
      for (const [name, phase] of Object.entries(phases)) {
        revision += 1;
        await main.send('act/changed', actOf(decide(sbom), phase, { language, revision }));
        await page.waitForFunction(
          `[...document.querySelectorAll('[aria-live]')].some((e) => e.textContent.length > 8)`,
        );
        const line = await page.locator('section p.text-lg').innerText();
        expect(line.length, name).toBeGreaterThan(5);
        const said = await page.locator('[aria-live]').allInnerTexts();
        expect(said.join(' '), name).toContain(line);
      }
      expect(complaints).toEqual([]);
    });

    test('wrong PIN says how many tries are left, and what is not newer is ignored', async () => {
      const { page, main } = await open(actOf(decide(sbom), phases['pin-wrong'], { revision: 5 }));
      await page.getByText('Wrong PIN, 5 tries left').first().waitFor();
      await main.send('act/changed', actOf(decide(sbom), phases['recorded'], { revision: 4 }));
      await page.waitForTimeout(50);
      expect(await page.getByText('Recorded at leaf').count()).toBe(0);
    });

    test.each(['en', 'de'] as const)('%s: what did not happen is said once', async (language) => {
      const { page, main } = await open(actOf(decide(sbom), { at: 'connecting' }, { language }));
      let revision = 1;
      for (const code of Object.keys(device)) {
        revision += 1;
        const phase: Phase = { at: 'failed', fault: { code, detail: '' }, sent: false, again: true };
        const over = { language, revision, devices: [...devices.gone] };
        await main.send('act/changed', actOf(decide(sbom), phase, over));
        await page.getByText(code, { exact: true }).waitFor();
        const said = await page.locator('section [role=alert]').innerText();
        const facts = said.match(
          /nothing was (sent|signed)|nichts (gesendet|signiert)|nothing was decided, nothing was sent/gi,
        );
        expect(facts, `${code}: ${said}`).toHaveLength(1);
      }
    });

    test('a key that was pulled out: plug it in; when it is back, try again or take another', async () => {
      const gone = actOf(decide(sbom), phases['failed-gone'], { devices: [...devices.gone] });
      const { page, main } = await open(gone);
      await page.getByText('The key was removed').first().waitFor();
      await page.getByText('Plug it in again, then try again.').first().waitFor();
      const back = actOf(decide(sbom), phases['failed-gone'], { devices: [...devices.one], revision: 2 });
      await main.send('act/changed', back);
      await expect.poll(() => page.getByText('Plug it in again').count()).toBe(0);
      const more = { devices: [...devices.several], revision: 3 };
      await main.send('act/changed', actOf(others['directory'] ?? decide(sbom), phases['failed-gone'], more));
      await page.getByText('Try again once it is plugged in, or choose another device.').first().waitFor();
      await button(page, 'Change something').click();
      expect(await page.getByRole('radio', { name: /YubiKey/ }).count()).toBe(1);
    });

    test('the sentence names key and requester; check words are called check words', async () => {
      const { page } = await open(actOf(decide(sbom)));
      const sentence = await page.locator('h1').innerText();
      expect(sentence).toMatch(/with the approval-only key \(HSM 91a8…\), asked by\s+ci\/payments\/release$/);
      const list = page.getByRole('list', { name: 'Check words: Of the payload' });
      expect(await list.getByRole('listitem').count()).toBe(12);
      await page.getByText('none is a decision').waitFor();
    });

    test('a wait says when it ends, and the seconds are not said aloud', async () => {
      const { page } = await open(actOf(decide(sbom), phases['touch']));
      const shown = await page.locator('section time').innerText();
      expect(shown).toMatch(/^It waits until \d\d:\d\d:\d\d at the latest: 27 s left\.$/);
      expect((await page.locator('[aria-live]').allInnerTexts()).join(' ')).not.toContain('27 s');
    });

    test('of two touches it says which, and why there is another', async () => {
      const { page } = await open(actOf(others['enrol'] ?? decide(sbom), phases['touch-second']), small);
      await page.getByText('Touch the key that blinks: 2 of 2').first().waitFor();
      await page.getByText('The new key now signs that it is yours.').first().waitFor();
    });

    test('text of strangers never runs into the words around it, and a lie in it is visible', async () => {
      const { page } = await open(actOf(decide(blind)));
      const shown = await page.locator('main').innerText();
      expect(shown).toContain('U+202E');
      expect(shown).not.toContain('\u202E');
      expect(await page.locator('h1 bdi').count()).toBe(2); // the subject and the requester
    });
  });

  describe('beginning', () => {
    test('waits until the end was in view', async () => {
      const { page, main } = await open(actOf(decide(sbom)));
      expect(await button(page, 'Approve').count()).toBe(0);
      await button(page, 'Read to the end').click();
      await page.keyboard.press('Enter');
      expect(main.inputs('act/begin')).toEqual([]);
      await readAll(page);
      await button(page, 'Approve').click();
      expect(main.inputs('act/begin')).toEqual([
        { act: 'act-1', verdict: 'approve', reason: '', device: 'ana-key' },
      ]);
    });

    test('waits until a moment has passed', async () => {
      const { page, main } = await open(actOf(decide(sbom), { at: 'reading' }, { armedAt: later(1) }));
      await readAll(page);
      expect(await button(page, 'Approve').isDisabled()).toBe(true);
      await button(page, 'Approve').click({ force: true });
      expect(main.inputs('act/begin')).toEqual([]);
      await button(page, 'Approve').click(); // waits until it can be pressed
      expect(main.inputs('act/begin')).toHaveLength(1);
    });

    test('denying wants a reason, and says so where it is missing', async () => {
      const { page, main } = await open(actOf(decide(sbom, 'deny')));
      await readAll(page);
      await button(page, 'Deny').click();
      expect(main.inputs('act/begin')).toEqual([]);
      expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
      expect(await page.getByText('A denial needs a reason.').count()).toBe(1);
      await page.keyboard.type('  not our scanner ');
      await button(page, 'Deny').click();
      expect(main.inputs('act/begin')).toEqual([
        { act: 'act-1', verdict: 'deny', reason: 'not our scanner', device: 'ana-key' },
      ]);
    });

    test('of several devices another is chosen; approving a locked review is not offered', async () => {
      const { page, main } = await open(
        actOf(decide(locked, 'approve'), { at: 'reading' }, { devices: [...devices.several] }),
      );
      await readAll(page);
      expect(await page.getByRole('radio', { name: 'Approve' }).isDisabled()).toBe(true);
      await page.getByText('Deny', { exact: true }).first().click();
      await page.getByRole('radio', { name: /YubiKey/ }).check();
      await page.getByRole('textbox').fill('locked');
      await button(page, 'Deny').click();
      expect(main.inputs('act/begin')).toMatchObject([{ verdict: 'deny', device: 'ana-yubi' }]);
    });

    test('what main refuses is said, and nothing else happens', async () => {
      const scene = await open(actOf(others['sign-in'] ?? decide(sbom)), small);
      scene.main.answers['act/begin'] = () => {
        throw new Refused('act_early');
      };
      await readAll(scene.page);
      await button(scene.page, 'Sign in').click();
      await scene.page.getByRole('alert').getByText('It was opened a moment ago.').waitFor();
      expect(scene.main.made.map(({ name }) => name)).toEqual(['act/read', 'act/begin']);
    });
  });

  describe('the PIN', () => {
    const typed = 'correct-horse';
    const atPin = (name: string, what = decide(sbom)) => open(actOf(what, phases[name]));

    test('is focused, sent once as bytes, and gone from the page', async () => {
      const { page, main } = await atPin('pin');
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      expect(main.inputs('act/pin')).toEqual([{ act: 'act-1', bytes: new Uint8Array(Buffer.from(typed)) }]);
      expect(await page.locator('input[type=password]').inputValue()).toBe('');
      expect(await page.content()).not.toContain(typed);
    });

    test('is cleared when the question ends under it', async () => {
      const { page, main } = await atPin('pin');
      await page.keyboard.type(typed);
      const field = await page.locator('input[type=password]').elementHandle();
      await main.send('act/changed', actOf(decide(sbom), phases['failed-gone'], { revision: 2 }));
      await page.getByText('The key was removed').first().waitFor();
      expect(await page.locator('input[type=password]').count()).toBe(0);
      expect(await field?.evaluate((node) => (node as unknown as { value: string }).value)).toBe('');
      expect(main.inputs('act/pin')).toEqual([]);
    });

    test('may be pasted', async () => {
      const { page, main } = await atPin('pin');
      await page.evaluate(`{
        const data = new DataTransfer();
        data.setData('text/plain', '${typed}');
        const input = document.querySelector('input[type=password]');
        if (input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true, bubbles: true })))
          input.setRangeText('${typed}');
      }`);
      await button(page, 'Go on').click();
      expect(main.inputs('act/pin')).toHaveLength(1);
    });

    test('too short is not sent, and costs no try', async () => {
      const { page, main } = await atPin('pin');
      await page.keyboard.type('€€€'); // nine bytes, three characters
      await page.keyboard.press('Enter');
      await page.getByText('At least 4 characters.').waitFor();
      expect(main.inputs('act/pin')).toEqual([]);
    });

    test('the last try wants a second thought', async () => {
      const { page, main } = await atPin('pin-last');
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      expect(main.inputs('act/pin')).toEqual([]);
      await page.getByRole('checkbox').check();
      await button(page, 'Go on').click();
      expect(main.inputs('act/pin')).toHaveLength(1);
    });

    test('a new one is typed twice', async () => {
      const { page, main } = await atPin('pin-new', others['set-pin']);
      const [first, second] = await page.locator('input[type=password]').all();
      await first?.fill('new-pin-1');
      await second?.fill('new-pin-2');
      await button(page, 'Go on').click();
      await page.getByText('The two are not the same.').waitFor();
      expect(main.inputs('act/pin')).toEqual([]);
      await first?.fill('new-pin-1');
      await second?.fill('new-pin-1');
      await button(page, 'Go on').click();
      expect(main.inputs('act/pin')).toHaveLength(1);
    });
  });

  describe('at the keyboard', () => {
    const focused = (page: Page): Promise<string> =>
      page.evaluate('document.activeElement.innerText || document.activeElement.tagName');

    test('Escape closes before, cancels during, does nothing once it is on its way', async () => {
      const reading = await open(actOf(decide(sbom)));
      await reading.page.keyboard.press('Escape');
      expect(reading.main.made.map(({ name }) => name)).toEqual(['act/read', 'act/close']);
      for (const name of ['connecting', 'pin', 'touch', 'choosing']) {
        const during = await open(actOf(decide(sbom), phases[name]));
        await during.page.keyboard.press('Escape');
        expect(during.main.made.map((made) => made.name)).toEqual(['act/read', 'act/cancel']);
      }
      const sending = await open(actOf(decide(sbom), phases['sending']));
      await sending.page.keyboard.press('Escape');
      expect(sending.main.made.map(({ name }) => name)).toEqual(['act/read']);
    });

    test('from reading to recorded without a pointer; the focus is never lost', async () => {
      const { page, main } = await open(actOf(decide(sbom)));
      await page.keyboard.press('Tab');
      await page.keyboard.press('End');
      await button(page, 'Approve').waitFor();
      for (let i = 0; i < 12 && (await focused(page)) !== 'Approve'; i++) await page.keyboard.press('Tab');
      await settled(page);
      await page.keyboard.press('Enter');
      expect(main.inputs('act/begin')).toHaveLength(1);
      let revision = 1;
      for (const name of ['connecting', 'looking', 'pin', 'processing', 'touch', 'sending', 'recorded']) {
        revision += 1;
        await main.send('act/changed', actOf(decide(sbom), phases[name], { revision }));
        await page.waitForTimeout(30);
        expect(await focused(page), name).not.toBe('BODY');
        if (name !== 'pin') continue;
        await page.keyboard.type('4711-4711');
        await page.keyboard.press('Enter');
        expect(main.inputs('act/pin')).toHaveLength(1);
      }
      expect(await focused(page)).toBe('Done');
      await page.keyboard.press('Enter');
      expect(main.inputs('act/close')).toHaveLength(1);
    });

    test('trying again means the same; changing something leads back with the reason kept', async () => {
      const { page, main } = await open(actOf(decide(sbom, 'deny')));
      await readAll(page);
      await page.getByRole('textbox').fill('not ours');
      await button(page, 'Deny').click();
      await main.send('act/changed', actOf(decide(sbom, 'deny'), phases['failed-gone'], { revision: 2 }));
      await button(page, 'Try again').click();
      const [first, again] = main.inputs('act/begin');
      expect(again).toEqual(first);
      await button(page, 'Change something').click();
      expect(await page.getByRole('textbox').inputValue()).toBe('not ours');
      expect(main.inputs('act/begin')).toHaveLength(2);
    });
  });

  test('at twice the size of text nothing is lost and nothing runs out of the window', async () => {
    for (const act of [
      actOf(decide(blind)),
      actOf(decide(sbom), phases['pin-last']),
      actOf(decide(sbom), phases['recorded']),
    ]) {
      const { page } = await open(act, { width: 280, height: 380 });
      expect(await page.evaluate('document.documentElement.scrollWidth <= 280')).toBe(true);
      const zone = page.locator('section').last();
      await zone.scrollIntoViewIfNeeded();
      expect((await zone.boundingBox())?.width).toBeLessThanOrEqual(280);
      await page.context().close();
    }
  });
});
