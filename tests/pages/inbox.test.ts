// The inbox in a real page: keys, filters, stillness under pointer and focus, a thousand rows, and texts that attack.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueueRow } from '../../contract/ipc/queue.ts';
import { count } from '../support/counts.ts';
import { needs } from '../support/needs.ts';
import { reviewing } from './app-answers.ts';
import { chromiumHere } from './browser.ts';
import { dice, later, ulid } from './fixtures/make.ts';
import { many, night, queueOf, row } from './fixtures/queue.ts';
import { sbom } from './fixtures/review.ts';
import { focused, raise, starting, type Scene, type Stage } from './stage.ts';

const rows = ({ page }: Scene<'app'>) => page.locator('[role=row][data-request]');
const idOf = (scene: Scene<'app'>, at: number) => rows(scene).nth(at).getAttribute('data-request');
const order = ({ page }: Scene<'app'>) =>
  page.evaluate(
    `[...document.querySelectorAll('[role=row][data-request]')].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((e) => e.dataset.request)`,
  ) as Promise<string[]>;
const review = (requestId: string) => ({ ...sbom, requestId, reviewId: `R-${requestId}` });

needs('Chromium', chromiumHere)('the inbox', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  /** The inbox with these rows, each of which can be reviewed. */
  async function inbox(held: readonly QueueRow[]): Promise<Scene<'app'>> {
    const scene = await stage.open({
      ...starting({ queue: queueOf(held) }),
      ...reviewing([]),
      'review/open': ({ requestId }) => review(requestId),
    });
    await rows(scene).first().waitFor();
    return scene;
  }

  test('each hold is a row with subject and document as text, and readers know how many there are', async () => {
    const scene = await inbox(night);
    const grid = scene.page.getByRole('grid');
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(night.length + 1));
    const bypass = scene.page.getByRole('row', { name: /bypass-grant\/payments/ });
    expect(await bypass.textContent()).toContain('bypass grant');
    for (const part of [
      'Emergency bypass',
      'operator/henrik',
      'payments',
      'release-approved-2026',
      '1 of 2',
      'Ana Kovač',
      'Licence service silent',
    ])
      expect(await bypass.textContent()).toContain(part);
    await scene.page.context().close();
  });

  test('j, k, Home, End move; Enter opens; Esc comes back to the same row with the focus', async () => {
    const scene = await inbox(night);
    const { page } = scene;
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    const second = await idOf(scene, 1);
    const grid = page.getByRole('grid');
    expect(await grid.getAttribute('aria-activedescendant')).toBe(`hold-${second}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /If this is approved/ }).waitFor();
    expect(scene.main.inputs('review/open')).toEqual([{ requestId: second }]);
    await page.keyboard.press('Escape');
    await grid.waitFor();
    expect(await grid.getAttribute('aria-activedescendant')).toBe(`hold-${second}`);
    expect(await focused(page)).toBe('grid');
    await page.keyboard.press('End');
    expect(await grid.getAttribute('aria-activedescendant')).toBe(
      `hold-${await idOf(scene, night.length - 1)}`,
    );
    await page.keyboard.press('Home');
    expect(await grid.getAttribute('aria-activedescendant')).toBe(`hold-${await idOf(scene, 0)}`);
    await page.context().close();
  });

  test.each([
    ['a', 'approve'],
    ['d', 'deny'],
  ] as const)(
    '%s opens Authorize with %s chosen, over the review, once, and decides nothing',
    async (key, verdict) => {
      const scene = await inbox(night);
      await scene.page.keyboard.press('j');
      const first = (await idOf(scene, 0)) ?? '';
      await scene.page.keyboard.press(key);
      await expect
        .poll(() => scene.main.inputs('authorize/open'))
        .toEqual([{ reviewId: `R-${first}`, verdict }]);
      await scene.page.waitForTimeout(300);
      const names = scene.main.made.map((made) => made.name).filter((name) => !/^(app|review)\//.test(name));
      expect(names).toEqual(['authorize/open']);
      await scene.page.context().close();
    },
  );

  test('neither key does anything while nothing is chosen, or while somebody writes', async () => {
    const scene = await inbox(night);
    await scene.page.keyboard.press('a');
    await scene.page.keyboard.press('/');
    await scene.page.keyboard.type('adj a d');
    expect(await scene.page.getByRole('searchbox').inputValue()).toBe('adj a d');
    expect(scene.main.inputs('authorize/open')).toEqual([]);
    await scene.page.keyboard.press('Escape');
    expect(await scene.page.getByRole('searchbox').inputValue()).toBe('');
    await scene.page.context().close();
  });

  test('filters and views: chips narrow, a view is kept over a restart, and forgotten when asked', async () => {
    const scene = await inbox(night);
    const { page } = scene;
    await page.getByRole('button', { name: 'Key approval' }).click();
    expect(await rows(scene).count()).toBe(3);
    await page.getByRole('button', { name: 'Needs me' }).click();
    expect(await rows(scene).count()).toBe(2);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this view' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Keys for me');
    await page.keyboard.press('Enter');
    await page.reload();
    await rows(scene).first().waitFor();
    expect(await rows(scene).count()).toBe(night.length);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Keys for me', exact: true }).click();
    await expect.poll(() => rows(scene).count()).toBe(2);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Forget Keys for me' }).click();
    expect(await page.evaluate('localStorage.getItem("signer-console/prefs/1")')).not.toContain(
      'Keys for me',
    );
    await page.context().close();
  });

  describe('stillness', () => {
    test('a row that ended stays, greyed, with its end, until the list is left', async () => {
      const scene = await inbox(night);
      const before = await order(scene);
      await rows(scene).nth(2).hover();
      const ended = night.map((each) =>
        each.requestId === before[2] ? { ...each, state: 'withdrawn' as const } : each,
      );
      await scene.main.send(
        'queue/changed',
        queueOf([row(99, { kind: 'emergency-bypass', expires: later(20) }), ...ended], 2),
      );
      await scene.page.getByRole('button', { name: '1 new' }).waitFor();
      expect(await order(scene)).toEqual(before);
      expect(await rows(scene).nth(2).textContent()).toContain('Withdrawn');
      await scene.page.mouse.move(20, 400);
      await expect.poll(async () => (await order(scene))[0]).toBe(ulid(99));
      expect(await order(scene)).not.toContain(before[2]);
      await scene.page.context().close();
    });

    test('n lets in what is new while the focus stays on its row', async () => {
      const scene = await inbox(night);
      await scene.page.keyboard.press('j');
      const first = await idOf(scene, 0);
      await scene.main.send(
        'queue/changed',
        queueOf([row(99, { kind: 'emergency-bypass', expires: later(20) }), ...night], 2),
      );
      await scene.page.getByRole('button', { name: '1 new' }).waitFor();
      await scene.page.keyboard.press('n');
      await expect.poll(async () => (await order(scene))[0]).toBe(ulid(99));
      expect(await scene.page.getByRole('grid').getAttribute('aria-activedescendant')).toBe(`hold-${first}`);
      await scene.page.context().close();
    });

    test('a click that follows a move of the list by less than a hand needs opens nothing', async () => {
      const scene = await inbox(night);
      const box = await rows(scene).nth(3).boundingBox();
      // All in one task of the page: the list changes, and the press lands where another row stood a moment ago.
      await scene.page.mouse.move(20, 400);
      await scene.main.send(
        'queue/changed',
        queueOf([row(99, { kind: 'emergency-bypass', expires: later(20) }), ...night], 2),
      );
      await scene.page.mouse.click((box?.x ?? 0) + 200, (box?.y ?? 0) + 20);
      await scene.page.waitForTimeout(200);
      expect(scene.main.inputs('review/open')).toEqual([]);
      await scene.page.context().close();
    });

    test('races: the list changes between looking and clicking, and what opens is what was looked at', async () => {
      const roll = dice(23);
      const scene = await inbox(many(30));
      const { page, main } = scene;
      let held = many(30);
      const races = count(200);
      let wrong = 0;
      for (let race = 0; race < races; race += 1) {
        const at = roll(8);
        const target = rows(scene).nth(at);
        await target.hover();
        const looked = await target.getAttribute('data-request');
        // Newer and more urgent ones, others gone, times changed: sent while the hand presses.
        held = held
          .filter((each) => each.requestId === looked || roll(6) > 0)
          .map((each) => ({ ...each, expires: later(700 + roll(90_000)) }));
        held = held.concat(
          Array.from({ length: 1 + roll(5) }, (_, n) =>
            row(20_000 + race * 10 + n, { expires: later(300 + roll(600)) }),
          ),
        );
        const box = await target.boundingBox();
        const sent = main.send('queue/changed', queueOf(held, 10 + race));
        await page.waitForTimeout(360);
        await page.mouse.click((box?.x ?? 0) + 300, (box?.y ?? 0) + 20);
        await sent;
        await expect.poll(() => main.inputs('review/open').length).toBe(race + 1);
        const opened = main.inputs('review/open').at(-1) as { requestId: string };
        if (opened.requestId !== looked) wrong += 1;
        await page.keyboard.press('Escape');
        await rows(scene).first().waitFor();
        await page.mouse.move(20, 300 + (race % 2));
        await page.getByRole('button', { name: 'Most urgent' }).focus();
        await page.waitForTimeout(30);
      }
      expect(wrong).toBe(0);
      await page.context().close();
    }, 300_000);
  });

  test('a thousand rows: few of them in the document, all of them reachable and found', async () => {
    const scene = await inbox(many(1000));
    const { page } = scene;
    expect(await rows(scene).count()).toBeLessThan(40);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('1001');
    await page.keyboard.press('j');
    await page.keyboard.press('End');
    const last = page.locator('[role=row][aria-rowindex="1001"]');
    await last.waitFor();
    expect(await last.getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('/');
    await page.keyboard.type('build.0777');
    await expect.poll(() => rows(scene).count()).toBe(1);
    await page.context().close();
  });

  test('a thousand rows that change every moment block nobody for long', async () => {
    const scene = await inbox(many(1000));
    const { page, main } = scene;
    await page.evaluate(
      `window.__long = []; new PerformanceObserver((l) => window.__long.push(...l.getEntries().map((e) => e.duration))).observe({ entryTypes: ['longtask'] })`,
    );
    for (let revision = 2; revision < 12; revision += 1)
      await main.send('queue/changed', queueOf(many(1000), revision));
    await page.keyboard.press('/');
    await page.keyboard.type('ledger');
    await page.waitForTimeout(200);
    const worst = Math.max(0, ...(await page.evaluate<number[]>('window.__long')));
    // Parsing and drawing a thousand fresh rows; a busy machine is slow, a second would be felt by everybody.
    expect(worst).toBeLessThan(1000);
    await page.context().close();
  });

  test('texts that attack: written out, announced, and nothing of them runs or leaks out of its frame', async () => {
    const attack = '<img src=x onerror=alert(1)>\u202egnp.exe\u0000\u001b[2J{count, plural}';
    const scene = await inbox([row(1, { subject: attack, requester: '\u200b'.repeat(40) })]);
    const text = (await rows(scene).first().textContent()) ?? '';
    expect(text).toContain('<img src=x onerror=alert(1)>');
    expect(text).toContain('U+202E RLO');
    expect(text).toContain('U+0000 NUL');
    expect(text).toContain('Careful, this text has: reordering marks');
    for (const hidden of ['\u202e', '\u0000', '\u001b', '\u200b']) expect(text).not.toContain(hidden);
    expect(await scene.page.locator('img').count()).toBe(0);
    expect(scene.complaints).toEqual([]);
    await scene.page.context().close();
  });

  test('twenty thousand characters of a name keep their row in shape', async () => {
    const scene = await inbox([
      row(1, { subject: 'x'.repeat(500), requester: 'y'.repeat(200), keys: [`kms:${'z'.repeat(400)}`] }),
    ]);
    const box = await rows(scene).first().boundingBox();
    expect(box?.height).toBeLessThan(60);
    expect(await scene.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1280);
    expect(await rows(scene).first().textContent()).toContain('of 500 characters');
    await scene.page.context().close();
  });
});
