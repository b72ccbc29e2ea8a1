// The window in its looks: language and appearance chosen in Settings, seen in all documents, every room tried with axe.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { Stage } from './launch.ts';
import { held, Officer, startWorld, type World } from './officer.ts';

const soon = <T>(what: () => T) => expect.poll(what, { timeout: 20_000 });

/** What axe finds, each with where. Electron has no second page to run in, hence the legacy mode. */
async function found(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 300)}`));
}

needs('electron', electron)('the window', () => {
  let stage: Stage;
  let world: World;
  let ana: Officer;
  let requestId: string;

  beforeAll(async () => {
    stage = await Stage.open();
    world = await startWorld(stage);
    ana = await Officer.sit(stage, world, 'ana');
    requestId = await held(world.ready, { wish: 'submit', document: 'scan' });
  }, 90_000);
  afterAll(async () => {
    await stage?.close();
    await world?.end();
  });

  const scheme = (page: Page) => page.locator('html').getAttribute('data-scheme');
  const language = (page: Page) => page.locator('html').getAttribute('lang');
  const choose = (name: string) => ana.page.getByRole('radio', { name, exact: true }).click();

  /** Nothing is on its way any more. */
  const settled = () => soon(() => ana.page.getByRole('progressbar').count()).toBe(0);

  /** Every room, the review and the authorize document, one after the other. */
  async function everywhere(rooms: readonly string[], approve: RegExp, close: string): Promise<void> {
    const all: Record<string, string[]> = {};
    for (const room of rooms) {
      await ana.room(room);
      await settled();
      all[room] = await found(ana.page);
    }
    await ana.review(requestId, rooms[0]);
    all['review'] = await found(ana.page);
    await ana.page.getByRole('button', { name: approve }).click();
    const act = await ana.act();
    all['authorize'] = await found(act);
    expect(Object.entries(all).filter(([, violations]) => violations.length > 0)).toEqual([]);
    expect([await scheme(act), await language(act)]).toEqual([
      await scheme(ana.page),
      await language(ana.page),
    ]);
    const closed = act.waitForEvent('close');
    await act
      .getByRole('button', { name: close })
      .click()
      .catch(() => undefined); // it may be gone before the click has ended
    await closed;
  }

  test(
    'in English and light: axe finds nothing in any room, in the review, and before a decision',
    { timeout: 120_000 },
    async () => {
      await ana.room('Settings');
      await choose('light');
      await soon(() => scheme(ana.page)).toBe('light');
      const rooms = ['Inbox', 'Bypass', 'Devices', 'Keys', 'Journal', 'Settings'];
      await everywhere(rooms, /^Approve/, 'Close');
    },
  );

  test('in German and dark it is the same, and all of it is German', { timeout: 120_000 }, async () => {
    await ana.room('Settings');
    await choose('dark');
    await soon(() => scheme(ana.page)).toBe('dark');
    await choose('Deutsch');
    await soon(() => language(ana.page)).toBe('de');
    const rooms = ['Eingang', 'Bypass', 'Geräte', 'Schlüssel', 'Journal', 'Einstellungen'];
    await everywhere(rooms, /^Freigeben/, 'Schließen');
  });
});
