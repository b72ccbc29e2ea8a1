// Emergency bypass as two officers live it, each at a Console of their own: asked for, seen, approved, used, taken back.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { Door } from './door.ts';
import { Stage } from './launch.ts';
import { held, Officer, startWorld, wish, type World } from './officer.ts';

const soon = <T>(what: () => T) => expect.poll(what, { timeout: 20_000 });

needs('electron', electron)('a bypass, with two officers on two Consoles', () => {
  let stage: Stage;
  let world: World;
  let ana: Officer;
  let ben: Officer;
  let requestId: string;

  beforeAll(async () => {
    stage = await Stage.open();
    world = await startWorld(stage);
    ana = await Officer.sit(stage, world, 'ana');
  }, 90_000);
  afterAll(async () => {
    await stage?.close();
    await world?.end();
  });

  const both = <T>(of: (officer: Officer) => Promise<T>): Promise<[T, T]> => Promise.all([of(ana), of(ben)]);
  const grant = ({ page }: Officer) => page.getByRole('region', { name: /^Bypass for / });

  test('ana opens the Console of ben from her own', { timeout: 60_000 }, async () => {
    await ana.page.getByRole('button', { name: 'Ana Weiss' }).click();
    await ana.page.getByRole('menuitem', { name: 'Open the Console of ben' }).click();
    const door = new Door(join(world.state, 'signer-console', 'electron-ben'));
    await soon(() => door.text()).toMatch(/Ben Okafor.*ben-machine.*Online/);
    await door.close();
    await soon(() => door.answers()).toBe(false);
    ben = await Officer.sit(stage, world, 'ben');
  });

  test('the request for a grant is in both inboxes', { timeout: 60_000 }, async () => {
    await wish(world.ready, { wish: 'outage' });
    requestId = await held(world.ready, { wish: 'raise-bypass' });
    const shown = /Emergency bypass[\s\S]*bypass grant[\s\S]*0 of 2/;
    await both(async (officer) => {
      const row = await officer.arrived(requestId);
      await soon(() => row.innerText()).toMatch(shown);
    });
  });

  test('both read the grant with the evidence of the outage, and approve', { timeout: 60_000 }, async () => {
    const evidence = [
      'have statements signed without the licence check',
      'https://stella.ops/promotion/v1',
      'another data centre',
      /last ?yes/i, // by its path in the review, by its name in what is authorized
      new URL(world.ready.signerUrl).hostname, // of the licensing service too, in the demo
    ];
    for (const officer of [ana, ben]) {
      const text = await (await officer.review(requestId)).innerText();
      for (const part of evidence) expect(text).toMatch(part);
      const { what, said } = await officer.approve();
      for (const part of evidence) expect(what).toMatch(part);
      expect(said).toMatch(/^Recorded at leaf \d+$/);
    }
  });

  test('the grant is live on both, with its counter and countdown', { timeout: 60_000 }, async () => {
    await both((officer) => officer.room('Bypass'));
    await both((officer) => grant(officer).waitFor());
    for (const text of await both((officer) => grant(officer).innerText())) {
      expect(text).toMatch(/Time left\s+(15:00|14:\d\d) min/);
      expect(text).toMatch(
        /0 of 5[\s\S]*Raised by\s+cai@acme\.test[\s\S]*Approved by\s+Ana Weiss, Ben Okafor/,
      );
    }
    expect(await wish(world.ready, { wish: 'sign-under-bypass' })).toMatchObject({ outcome: 'signed' });
    await both((officer) => soon(() => grant(officer).innerText()).toContain('1 of 5'));
  });

  test(
    'ben ends it alone, in one step; from then on nothing is signed under it',
    { timeout: 60_000 },
    async () => {
      await grant(ben).getByLabel('Reason to end it').fill('The service is back in ten minutes.');
      await grant(ben).getByRole('button', { name: 'End it now' }).click();
      await both(({ page }) => page.getByText('No bypass is live').waitFor());
      for (const text of await both(({ page }) => page.getByRole('main').innerText()))
        expect(text).toMatch(/ended by Ben Okafor\s+1 of 5\s+Ana Weiss, Ben Okafor/);
      expect(await wish(world.ready, { wish: 'sign-under-bypass' })).toMatchObject({ outcome: 'refused' });
      await wish(world.ready, { wish: 'outage-ends' });
      expect(await wish(world.ready, { wish: 'sign-under-bypass' })).toMatchObject({ outcome: 'signed' });
    },
  );
});
