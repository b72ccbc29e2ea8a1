// Links from outside, in a real window: one form opens a review in the Console that runs; nothing acts, and nothing else opens.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { Stage } from './launch.ts';
import { held, Officer, startWorld, type World } from './officer.ts';

needs('electron', electron)('a link', () => {
  let stage: Stage;
  let world: World;
  let ana: Officer;
  let requestId: string;

  beforeAll(async () => {
    stage = await Stage.open();
    world = await startWorld(stage);
    ana = await Officer.sit(stage, world, 'ana');
    requestId = await held(world.ready, { wish: 'submit', document: 'vex' });
    await ana.arrived(requestId);
  }, 90_000);
  afterAll(async () => {
    await stage?.close();
    await world?.end();
  });

  /** As the desktop does it: the app is started with the link, hands it to the one that runs, and ends. */
  const follow = async (...args: string[]): Promise<void> => {
    await expect(stage.launch({ state: world.state, args })).rejects.toThrow();
  };
  const place = () => ana.page.getByRole('heading', { level: 1 }).innerText();
  const journal = async (): Promise<string> => {
    await ana.room('Journal');
    return ana.page.getByRole('main').innerText();
  };

  test('opens the review, and does not act', { timeout: 60_000 }, async () => {
    await ana.room('Keys');
    await follow(`signer-console://request/${requestId}`);
    await ana.page.getByRole('region', { name: 'Review' }).waitFor();
    expect(await ana.page.getByRole('main').innerText()).toContain(requestId);
    expect(ana.windows('authorize')).toEqual([]);
    expect(await journal()).not.toMatch(/About to|Approved|Denied/);
  });

  test('to a request that is not there says so, and opens nothing else', { timeout: 60_000 }, async () => {
    await follow('signer-console://request/01M84V0CCVAFQFP3TBQNQ6TCSR');
    await ana.page.getByRole('status').filter({ hasText: 'not_found' }).waitFor();
    expect(ana.windows('authorize')).toEqual([]);
  });

  test('of any other form does nothing at all', { timeout: 90_000 }, async () => {
    await ana.room('Keys');
    const id = requestId;
    await follow(
      `signer-console://approve/${id}`,
      `signer-console://request/${id}?verdict=approve`,
      `signer-console://request/../approve/${id}`,
      `signer-console://request/${id.toLowerCase()}`,
    );
    await follow(`signer-console://request/${id}`, `signer-console://request/${id}`);
    await follow(`app://app/request/${id}`, `https://example.org/${id}`, 'file:///etc/passwd');
    expect(await place()).toBe('Keys');
    expect(ana.windows('authorize')).toEqual([]);
    expect(await journal()).not.toMatch(/About to|Approved|Denied/);
  });
});
