// One officer stops a signing key in a real window, with a virtual key in hand: from that moment nothing is signed with it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { Act } from './act.ts';
import { Desk, PATIENCE } from './desk.ts';
import { Stage } from './launch.ts';

needs('electron', electron)('an officer who suspends a key', () => {
  let stage: Stage;
  let desk: Desk;
  beforeAll(async () => {
    stage = await Stage.open();
    desk = await Desk.open(stage);
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  const release = () =>
    desk.page.getByRole('listitem').filter({ has: desk.page.getByRole('heading', { name: /^Release key/ }) });
  const serial = () => desk.seat.securityKeys[0]?.serial ?? '';

  test('gives a reason and a touch; the row says who and why, and a request is refused', async () => {
    expect(await desk.wish({ wish: 'sign-under-bypass' })).toMatchObject({ outcome: 'signed' });
    await desk.page.keyboard.press('g');
    await desk.page.keyboard.press('k');
    await release().getByRole('button', { name: 'Suspend…' }).click(PATIENCE);
    const act = await Act.of(desk.launched, serial());
    expect(await act.document()).toMatch(/Stops the Signer from signing with .+ for 24 hours\./);
    await act.page.getByRole('textbox', { name: /^Reason/ }).fill('A build machine was lost.');
    await act.sign(/^Suspend/);
    await act.until('The key is suspended');
    await act.done();
    const told = release().getByRole('region', { name: 'Suspension' });
    await expect
      .poll(() => told.innerText(PATIENCE), PATIENCE)
      .toMatch(/Suspended until[\s\S]*Ana Weiss[\s\S]*A build machine was lost\./);
    expect(await desk.wish({ wish: 'sign-under-bypass' })).toMatchObject({
      outcome: 'refused',
      code: 'key_suspended',
    });
  }, 90_000);

  test('and proposes that it is lifted: the version waits for a second officer', async () => {
    await release().getByRole('button', { name: 'Lift…' }).click(PATIENCE);
    const act = await Act.of(desk.launched, serial());
    expect(await act.document()).toMatch(/these orders to suspend it are lifted/);
    await act.sign(/^Sign version/);
    await act.until(/1 of 2|waits|signed/);
    await act.done();
    await release().getByRole('region', { name: 'Suspension' }).waitFor(PATIENCE);
  }, 90_000);
});
