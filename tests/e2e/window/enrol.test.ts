// Enrolment of a second key: made and proved by its own hand, seen as a difference of the directory, signed by two, and used.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs } from '../../support/needs.ts';
import { Stage } from './launch.ts';
import { held, Officer, startWorld, type World } from './officer.ts';

const NAME = 'ana-second';

needs('electron', electron)('a second key of ana’s', () => {
  let stage: Stage;
  let world: World;
  let ana: Officer;
  let ben: Officer;

  beforeAll(async () => {
    stage = await Stage.open();
    world = await startWorld(stage);
    ana = await Officer.sit(stage, world, 'ana');
    ben = await Officer.sit(stage, world, 'ben');
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    await world?.end();
  });

  const both = <T>(of: (officer: Officer) => Promise<T>): Promise<[T, T]> => Promise.all([of(ana), of(ben)]);
  const card = (name: string) => ana.page.getByRole('article', { name, exact: true });
  const proposal = ({ page }: Officer) => page.getByRole('region', { name: /^Directory version \d+ waits/ });
  const inForce = async (version: number): Promise<void> => {
    await both((officer) => officer.room('Keys'));
    await both(({ page }) => page.getByText(`version ${version}`, { exact: true }).waitFor());
  };

  test(
    'is shown as not enrolled, makes a credential, and is proposed by ana',
    { timeout: 60_000 },
    async () => {
      await ana.room('Devices');
      const fresh = card('New device').filter({ hasText: 'spare security key' });
      await fresh.waitFor();
      expect(await fresh.innerText()).toMatch(/VIRTUAL[\s\S]*Plugged in/);
      await fresh.getByRole('button', { name: 'Enrol…' }).click();
      await ana.page.getByLabel('Name in the directory').fill('Ana Second');
      await ana.page.getByText('Small letters, digits and hyphens').waitFor();
      await ana.page.getByLabel('Name in the directory').fill(NAME);
      await ana.page.getByRole('button', { name: 'Enrol', exact: true }).click();
      const making = await ana.act();
      await ana.begin(making);
      const made = await ana.carry(making, ana.key(false));
      expect(made.what).toContain(`It will be the device ${NAME}.`);
      const signing = await ana.act(making);
      await ana.begin(signing);
      const { what, said } = await ana.carry(signing);
      expect(what).toMatch(/Sign version 2 of the directory[\s\S]*Proposed by ana/);
      expect(what).toContain(`ana gets the device ${NAME}`);
      expect(said).toBe('You have signed version 2');
    },
  );

  test('is in force on both Consoles once ben has signed', { timeout: 60_000 }, async () => {
    await ben.room('Devices');
    await proposal(ben).waitFor();
    expect(await proposal(ben).innerText()).toMatch(
      /proposed by\s+Ana Weiss[\s\S]*1 of 2 signed[\s\S]*Ana Weiss \(ana\) gets the device ana-second/,
    );
    await proposal(ben).getByRole('button', { name: 'Sign with your device…' }).click();
    const act = await ben.act();
    await ben.begin(act);
    const { what, said } = await ben.carry(act);
    expect(what).toMatch(/Sign version 2 of the directory[\s\S]*1 of 2/);
    expect(said).toBe('You have signed version 2');
    await inForce(2);
    await ana.room('Devices');
    await card(NAME).waitFor();
    expect(await proposal(ana).count()).toBe(0);
  });

  test('approves a request', { timeout: 60_000 }, async () => {
    const requestId = await held(world.ready, { wish: 'submit', document: 'vex' });
    await ana.review(requestId);
    await ana.page.getByRole('button', { name: /^Approve/ }).click();
    const act = await ana.act();
    await act.getByRole('radio', { name: new RegExp(NAME) }).check();
    await ana.begin(act);
    expect((await ana.carry(act, ana.key(false))).said).toMatch(/^Recorded at leaf \d+$/);
  });

  test('its removal is proposed by ana, and withdrawn', { timeout: 60_000 }, async () => {
    await ana.room('Devices');
    await card(NAME).getByRole('button', { name: 'Remove…' }).click();
    await ana.page.getByRole('button', { name: 'Propose removal' }).click();
    const act = await ana.act();
    await ana.begin(act);
    const { what, said } = await ana.carry(act);
    expect(what).toContain('Sign version 3 of the directory');
    expect(said).toBe('You have signed version 3');
    await ben.room('Devices');
    await both((officer) => proposal(officer).waitFor());
    expect(await proposal(ben).innerText()).toContain('Ana Weiss (ana) loses the device ana-second');
    await proposal(ana).getByRole('button', { name: 'Withdraw' }).click();
    await both((officer) => proposal(officer).waitFor({ state: 'detached' }));
    await inForce(2);
  });
});
