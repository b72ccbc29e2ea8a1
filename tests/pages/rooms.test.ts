// The quieter rooms in a real Chromium: drawn in both themes, nothing for axe, and each call says what the person meant.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { chromiumHere } from './browser.ts';
import * as fixtures from './fixtures/rooms.ts';
import { golden } from './golden.ts';
import { openRoom, type RoomName } from './rooms.ts';
import { raise, type Scene, type Stage } from './stage.ts';

const rooms: readonly RoomName[] = ['bypass', 'devices', 'keys', 'journal', 'settings'];
/** Empty rooms whose emptiness is drawn; settings are never empty. */
const drawnEmpty: readonly RoomName[] = ['bypass', 'devices', 'keys', 'journal'];

async function faultless({ page, complaints }: Scene<'app'>): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
  ).toEqual([]);
  expect(complaints).toEqual([]);
}

needs('Chromium', chromiumHere)('the quieter rooms', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  describe.each(['light', 'dark'] as const)('%s', (scheme) => {
    test.each(rooms)(
      '%s',
      async (room) => {
        const scene = await openRoom(stage, room, { scheme });
        if (room === 'journal') await scene.page.getByRole('option').nth(2).click();
        if (room === 'journal') await scene.page.getByText('As it lies on disk').waitFor();
        await faultless(scene);
        expect(golden(`room-${room}-${scheme}`, await scene.page.screenshot())).toBeNull();
        await scene.page.context().close();
      },
      90_000,
    );

    test.each(drawnEmpty)(
      '%s, before anything is in it',
      async (room) => {
        const scene = await openRoom(stage, room, { scheme }, true);
        await faultless(scene);
        expect(golden(`room-${room}-empty-${scheme}`, await scene.page.screenshot())).toBeNull();
        await scene.page.context().close();
      },
      90_000,
    );
  });

  test('a grant ends in one step, and never without a reason', async () => {
    const { page, main } = await openRoom(stage, 'bypass');
    const end = page.getByRole('button', { name: 'End it now' });
    expect(await end.isDisabled()).toBe(true);
    const reason = page.getByRole('textbox', { name: 'Reason to end it' });
    await reason.fill('   ');
    expect(await end.isDisabled()).toBe(true);
    await reason.fill(' licensing is back ');
    await reason.press('Enter');
    await expect
      .poll(() => main.inputs('bypass/revoke'))
      .toEqual([{ grant: fixtures.bypass.grants[0]?.grant, reason: 'licensing is back' }]);
    await page.context().close();
  });

  test('a new key is enrolled under a name that the directory can have, and no other', async () => {
    const { page, main } = await openRoom(stage, 'devices');
    await page.getByRole('button', { name: 'Enrol…' }).click();
    const name = page.getByRole('textbox', { name: 'Name in the directory' });
    await name.fill('Ana Backup');
    expect(await page.getByRole('button', { name: 'Enrol', exact: true }).isDisabled()).toBe(true);
    await name.fill('ana-backup');
    await name.press('Enter');
    await expect
      .poll(() => main.inputs('devices/enrol'))
      .toEqual([{ path: 'virtual:ana-spare', device: 'ana-backup' }]);
    await page.context().close();
  });

  test('a change of the directory says everything before it can be signed', async () => {
    const { page, main } = await openRoom(stage, 'devices');
    const panel = page.getByRole('region', { name: 'Directory version 4 waits for signatures' });
    await panel.getByText('Ben Okafor (ben) gets the device ben-backup').waitFor();
    await panel.getByText('2fc0579f-8113-47ea-b116-bb5a8db9202a').waitFor();
    await panel.getByText('"retiring"').waitFor();
    await panel.getByRole('button', { name: 'Sign with your device…' }).click();
    const [proposal] = fixtures.directory.proposals;
    await expect.poll(() => main.inputs('directory/sign')).toEqual([{ digest: proposal?.digest }]);
    await page.context().close();
  });

  test('a key is suspended, and a suspension ended, in acts of their own', async () => {
    const { page, main } = await openRoom(stage, 'keys');
    await page.getByRole('button', { name: 'Suspend…' }).first().click();
    await expect.poll(() => main.inputs('keys/suspend')).toEqual([{ key: fixtures.keys.keys[0]?.name }]);
    const stopped = page.getByRole('region', { name: 'Suspension' });
    await stopped.getByText('The HSM was seen open in the rack at 02:10.').waitFor();
    await stopped.getByRole('button', { name: 'Make final…' }).click();
    await stopped.getByRole('button', { name: 'Lift…' }).click();
    const key = 'pkcs11:serial=99aa17d953504811;id=%07;object=firmware-root';
    await expect
      .poll(() => main.inputs('keys/end-suspension'))
      .toEqual([
        { key, how: 'final' },
        { key, how: 'lifted' },
      ]);
    await page.context().close();
  });

  test('the journal is searched, walked with the keys, and verified', async () => {
    const { page, main } = await openRoom(stage, 'journal');
    await page.keyboard.press('/');
    await page.keyboard.type('alarm');
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await expect.poll(() => page.getByRole('option').count()).toBeGreaterThan(5);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('option', { selected: true }).waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('every one as it was written').waitFor();
    expect(main.inputs('journal/verify')).toEqual([{}]);
    await page.context().close();
  });

  test('what the organisation fixed cannot be changed here, the rest can', async () => {
    const { page, main } = await openRoom(stage, 'settings');
    expect(await page.getByRole('switch', { name: 'Notifications' }).getAttribute('aria-disabled')).toBe(
      'true',
    );
    await page.getByRole('radio', { name: 'dark', exact: true }).click();
    await expect.poll(() => main.inputs('settings/set')).toEqual([{ appearance: 'dark' }]);
    await page.context().close();
  });
});
