// What goes wrong between the review and the log: one true sentence for each, and nothing lost.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { commandOf, descendants, runs } from '../processes.ts';
import type { Act } from './act.ts';
import { Desk, PATIENCE } from './desk.ts';
import { Stage } from './launch.ts';

needs('electron', electron)('an act that goes wrong', () => {
  let stage: Stage;
  let desk: Desk;

  beforeAll(async () => {
    stage = await Stage.open();
    desk = await Desk.open(stage);
  }, 90_000);
  afterEach(() => desk.clear());
  afterAll(() => stage.close(), 60_000);

  /** A request of its own, its review, and the act that would approve it, begun. */
  async function begun(): Promise<{ id: string; act: Act }> {
    const id = await desk.hold('vex');
    await desk.review(id);
    const act = await desk.approve();
    await act.begin(/^Approve/);
    return { id, act };
  }

  /** What was begun is tried once more, to its good end. */
  async function again(id: string, act: Act): Promise<void> {
    await act.button('Try again').click(PATIENCE);
    const { page } = await act.unlock();
    await page.getByRole('button', { name: 'Press the key' }).click();
    await act.until(/Recorded at leaf/);
    await desk.ends(id, 'signed');
  }

  test('a wrong PIN: how many tries are left, and the right one goes on', async () => {
    const { id, act } = await begun();
    await act.until('Enter the PIN');
    expect(await act.says()).toContain('8 tries are left.');
    await act.pin('not-the-pin');
    await act.until('Wrong PIN, 7 tries left');
    expect(await act.page.getByLabel('PIN', { exact: true }).inputValue()).toBe('');
    expect(await desk.status(id)).toMatchObject({ state: 'waiting' });
    const { pin, page } = await act.key();
    await act.pin(pin);
    await act.until('Press the button on the virtual key');
    await page.getByRole('button', { name: 'Press the key' }).click();
    await act.until(/Recorded at leaf/);
    await desk.ends(id, 'signed');
  });

  test('cancelled while the light blinks: nothing was decided, and it can be tried again', async () => {
    const { id, act } = await begun();
    const { page } = await act.unlock();
    expect(await page.getByRole('main').innerText()).toContain('It signs what the authorize window shows.');
    await act.page.keyboard.press('Escape');
    const said = await act.until('Cancelled before the device answered.');
    expect(said).toContain('Nothing was decided, nothing was sent.');
    await expect.poll(() => page.getByRole('main').innerText(), PATIENCE).toContain('It waits for nothing.');
    expect(await desk.status(id)).toMatchObject({ state: 'waiting' });
    await again(id, act);
  });

  test('the key pulled out: it was removed, nothing was sent; plugged in again it signs', async () => {
    const { id, act } = await begun();
    const { page } = await act.unlock();
    await page.getByRole('button', { name: 'Pull it out' }).click();
    const said = await act.until('The key was removed');
    expect(said).toContain('Nothing was decided, nothing was sent.');
    expect(said).toContain('device_gone');
    expect(await page.getByRole('main').innerText()).toContain('It is pulled out.');
    expect(await desk.status(id)).toMatchObject({ state: 'waiting' });
    await page.getByRole('button', { name: 'Plug it in' }).click();
    await expect.poll(() => page.getByRole('main').innerText(), PATIENCE).toContain('It waits for nothing.');
    await again(id, act);
  });

  test('the key pulled out while its PIN is typed: noticed by itself, what was typed is gone, and it signs when it is back', async () => {
    const { id, act } = await begun();
    await act.until('Enter the PIN');
    expect(await act.says()).toMatch(/It waits until \d\d:\d\d:\d\d at the latest/);
    const { page } = await act.key();
    await act.page.getByLabel('PIN', { exact: true }).pressSequentially('471', PATIENCE);
    await page.getByRole('button', { name: 'Pull it out' }).click();
    const said = await act.until('The key was removed');
    expect(said).toContain('Nothing was decided, nothing was sent.');
    expect(said).toContain('Try again once it is plugged in.'); // a spare key of its model stays in
    expect(await act.page.getByLabel('PIN', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Plug it in' }).click();
    await expect.poll(() => page.getByRole('main').innerText(), PATIENCE).toContain('It waits for nothing.');
    await again(id, act);
  });

  test('the Signer killed after the touch: kept on this machine, and recorded when it is back', async () => {
    const { id, act } = await begun();
    const { page } = await act.unlock();
    const signer = descendants(desk.world.pid).find((pid) => /signer\/app\/main\.ts/.test(commandOf(pid)));
    if (signer === undefined) throw new Error(descendants(desk.world.pid).map(commandOf).join('\n'));
    process.kill(signer, 'SIGKILL');
    await page.getByRole('button', { name: 'Press the key' }).click();
    const kept = await act.until('Signed, and safe on this machine');
    expect(kept).toContain('It is sent by itself as soon as the Signer can be reached.');
    expect(runs(signer)).toBe(false);
    await act.until(/Recorded at leaf/);
    await desk.ends(id, 'signed');
  });

  test('withdrawn while it is read: the review closes and says why', async () => {
    const id = await desk.hold('promotion');
    await desk.review(id);
    await desk.wish({ wish: 'withdraw', requestId: id });
    const review = desk.page.getByRole('region', { name: 'Review' });
    await expect.poll(() => review.innerText(), PATIENCE).toContain('This review was closed');
    expect(await review.innerText()).toContain('The requester took the request back. Nothing was sent.');
    await expect.poll(() => review.innerText(), PATIENCE).not.toContain('Open it again');
    expect(await desk.page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
    expect(await desk.status(id)).toMatchObject({ state: 'withdrawn' });
  });

  test('withdrawn under the blinking light: the act is over, and nothing was sent', async () => {
    const { id, act } = await begun();
    const { page } = await act.unlock();
    await desk.wish({ wish: 'withdraw', requestId: id });
    const said = await act.until('This request is over');
    expect(said).toContain('It was withdrawn or decided while you were here. Nothing was sent.');
    await expect.poll(() => page.getByRole('main').innerText(), PATIENCE).toContain('It waits for nothing.');
    await act.done();
    expect(await desk.status(id)).toMatchObject({ state: 'withdrawn', keyId: null });
  });
});
