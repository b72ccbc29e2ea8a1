// A rotation is rehearsed in a real window by three people with virtual keys and SoftHSM, from start to verified transcript.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electron, needs, softhsm } from '../../support/needs.ts';
import { Ceremony, picture, realTable, rehearsalTable } from './ceremony.ts';
import { Stage } from './launch.ts';
import { Officer, startWorld, wish, type World } from './officer.ts';

needs('electron and SoftHSM', () => electron() ?? softhsm())('a rehearsal', () => {
  let stage: Stage;
  let world: World;
  let ana: Officer;
  let three: Ceremony;
  const band = () => ana.page.getByText('REHEARSAL: nothing here is real');

  beforeAll(async () => {
    stage = await Stage.open();
    world = await startWorld(stage);
    ana = await Officer.sit(stage, world, 'ana');
  }, 180_000);
  afterAll(async () => {
    await stage?.close();
    await world?.end();
  });

  test('is begun, and looks like one', { timeout: 90_000 }, async () => {
    await ana.room('Ceremonies');
    await picture(ana.page, 'ceremonies');
    await ana.page.getByRole('button', { name: 'Rehearse…' }).click();
    await band().waitFor();
    await ana.page.getByRole('button', { name: 'Begin the rehearsal' }).click();
    await ana.page.getByRole('region', { name: 'Gather', exact: true }).waitFor({ timeout: 60_000 });
    await band().waitFor();
    three = new Ceremony(ana, rehearsalTable(ana.seat.dataDir));
    await picture(ana.page, 'ceremony-gather');
  });

  test('everybody is there, and signs it with a key of their own', { timeout: 120_000 }, async () => {
    await three.act('Everybody is here');
    const [operator = '', custodian = ''] = await three.sign('operator', 'custodian', 'witness');
    expect(operator).toContain('REHEARSAL: nothing here is real');
    expect(operator).toMatch(/Sign the step Gather as operator[\s\S]*Ana \(rehearsal\)/);
    expect(custodian).toMatch(/Sign the step Gather as custodian[\s\S]*Ben \(rehearsal\)/);
    await three.at('Check HSM');
  });

  test('the HSM is read, and is the right one', { timeout: 120_000 }, async () => {
    await three.act('Read the HSM');
    const [custodian = ''] = await three.sign('custodian', 'witness');
    expect(custodian).toMatch(/SoftHSM/);
    await three.at('Right HSM');
    await three.act('Yes');
    await three.sign('witness', 'operator');
  });

  test('the window is closed in the middle, and it goes on exactly there', { timeout: 120_000 }, async () => {
    await three.at('Generate');
    await ana.leave();
    ana = await Officer.sit(stage, world, 'ana');
    await ana.room('Ceremonies');
    await ana.page.getByText('A rehearsal is under way').waitFor();
    await picture(ana.page, 'ceremony-resumed');
    await ana.page.getByRole('button', { name: 'Go on', exact: true }).click();
    await band().waitFor();
    three = new Ceremony(ana, rehearsalTable(ana.seat.dataDir));
    expect(await ana.page.getByText('signed by').count()).toBe(3);
  });

  test('the HSM makes the key, both keys sign', { timeout: 180_000 }, async () => {
    await three.at('Generate');
    await three.act('Make the new key…');
    const document = await three.document();
    await picture(document, 'ceremony-hsm-document');
    const { what, said } = await three.carry(document, 'hsm');
    expect(what).toMatch(/REHEARSAL[\s\S]*The HSM makes a new signing key/);
    expect(said).toBe('The HSM has done it');
    await ana.page.getByText('What will be signed').waitFor();
    await picture(ana.page, 'ceremony-generated');
    await three.sign('custodian', 'witness');
    await three.at('Possession');
    await three.act('Have the new key sign…');
    await three.carry(await three.document(), 'hsm');
    await three.sign('custodian', 'witness');
    await three.at('Endorse');
    await three.act('Have the old key sign…');
    await three.carry(await three.document(), 'hsm');
    await three.sign('custodian', 'witness');
  });

  test('the next version is decided by two and published', { timeout: 180_000 }, async () => {
    await three.at('Decide');
    await three.act('Read and sign the version…');
    const first = await three.document();
    await picture(first, 'ceremony-directory-document');
    expect((await three.carry(first, 'operator')).what).toMatch(/Sign version 2 of the directory/);
    await three.carry(await three.document(), 'custodian');
    await three.sign('operator', 'witness');
    await three.at('Publish');
    await three.act('Publish the version');
    await three.sign('operator', 'witness');
  });

  test('the words are read, and the transcript holds as a rehearsal', { timeout: 180_000 }, async () => {
    await three.at('Read aloud');
    await three.act('Show the check words');
    await ana.page.getByRole('list', { name: 'Check words, to read aloud' }).waitFor();
    await picture(ana.page, 'ceremony-words');
    await three.sign('operator', 'custodian', 'witness');
    await ana.page.getByText('Rehearsed to the end').waitFor();
    await band().waitFor();
    await ana.page.getByRole('button', { name: 'Verify the transcript' }).click();
    await ana.page.getByText('The transcript holds').waitFor();
    await picture(ana.page, 'ceremony-verified');
    const path = join(stage.folder, 'rehearsal.json');
    await ana.saveTo(path);
    await ana.page.getByRole('button', { name: 'Save…' }).click();
    await ana.page.getByText(path).waitFor();
    const { _type } = JSON.parse(readFileSync(path, 'utf8')) as { _type: string };
    expect(_type).toBe('https://stella.ops/signer/rehearsal-transcript/v1');
    expect(readFileSync(join(stage.folder, 'rehearsal.txt'), 'utf8')).toContain('REHEARSAL');
  });

  test(
    'a rotation is held for real: the Signer signs with the new key at once',
    { timeout: 400_000 },
    async () => {
      const before = await wish(world.ready, { wish: 'sign-under-bypass' });
      if (before.outcome !== 'signed') throw new Error(JSON.stringify(before));
      await ana.page.keyboard.press('Escape');
      await ana.page.getByRole('button', { name: 'Begin…' }).click();
      await ana.page.getByLabel('Key that gives way').selectOption(before.keyId);
      await ana.page
        .getByLabel('HSM that gets the new key')
        .selectOption(/serial=([^;]+)/.exec(before.keyId)?.[1] ?? '');
      await picture(ana.page, 'ceremony-people');
      await ana.page.getByRole('button', { name: 'Begin the ceremony' }).click();
      const real = new Ceremony(ana, realTable(world.ready));
      await real.at('Gather');
      expect(await band().count()).toBe(0);
      await real.act('Everybody is here');
      const shown = await real.sign('operator', 'custodian', 'witness');
      expect(shown.join()).not.toContain('REHEARSAL');
      expect(shown[1]).toContain('Ben Okafor');
      await real.at('Check HSM');
      await real.act('Read the HSM');
      await real.sign('custodian', 'witness');
      await real.at('Right HSM');
      await real.act('Yes');
      await real.sign('witness', 'operator');
      for (const [step, act] of [
        ['Generate', 'Make the new key…'],
        ['Possession', 'Have the new key sign…'],
        ['Endorse', 'Have the old key sign…'],
      ] as const) {
        await real.at(step);
        await real.act(act);
        await real.carry(await real.document(), 'hsm');
        await real.sign('custodian', 'witness');
      }
      await real.at('Decide');
      await real.act('Read and sign the version…');
      await real.carry(await real.document(), 'operator');
      await real.carry(await real.document(), 'custodian');
      await real.sign('operator', 'witness');
      await real.at('Publish');
      await real.act('Publish the version');
      await real.sign('operator', 'witness');
      await real.at('Read aloud');
      await real.act('Show the check words');
      await real.sign('operator', 'custodian', 'witness');
      await ana.page.getByText('The new key is in force').waitFor();
      await ana.page.getByRole('button', { name: 'Verify the transcript' }).click();
      await ana.page.getByText('The transcript holds').waitFor();
      await picture(ana.page, 'ceremony-real');
      const after = await wish(world.ready, { wish: 'sign-under-bypass' });
      if (after.outcome !== 'signed') throw new Error(JSON.stringify(after));
      expect(after.keyId).not.toBe(before.keyId);
      await ana.room('Keys');
      await ana.page.getByText('gives way to').first().waitFor();
      await picture(ana.page, 'keys-timeline');
    },
  );
});
