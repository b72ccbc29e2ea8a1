// The ceremonies room in a real Chromium: each point of a rotation in both themes, by keyboard, with nothing for axe to find.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ceremonies, CeremonyShown } from '../../contract/ipc/ceremony.ts';
import { needs } from '../support/needs.ts';
import { chromiumHere, type Look } from './browser.ts';
import { Refused, type Answers } from './fake-main.ts';
import { card, everything, OLD, OTHER, points, roomOf, shownAt } from './fixtures/ceremonies.ts';
import { night, queueOf } from './fixtures/queue.ts';
import { quiet } from './fixtures/status.ts';
import { golden } from './golden.ts';
import { raise, starting, type Scene, type Stage } from './stage.ts';

const german = {
  ...quiet.settings,
  language: { value: 'de' as const, origin: 'person' as const, fixed: false },
};

const [like] = quiet.keys.keys;
/** The keys of the directory, those that a ceremony can replace among them. */
const keys = {
  ...quiet.keys,
  keys: [OLD, OTHER].flatMap((name) => (like ? [{ ...like, name, approvalOnly: false }] : [])),
};

interface Wanted {
  readonly room?: Ceremonies;
  readonly shown?: CeremonyShown;
  readonly settings?: typeof quiet.settings;
  readonly more?: Answers<'app'>;
  readonly look?: Look;
}

async function open(stage: Stage<'app'>, wanted: Wanted): Promise<Scene<'app'>> {
  const { room = everything, shown, settings = quiet.settings, more = {}, look = {} } = wanted;
  const scene = await stage.open(
    {
      ...starting({ queue: queueOf(night), ceremonies: room, settings, keys }),
      'ceremony/show': () => {
        if (!shown) throw new Refused('ceremony_folder', 'line 3');
        return shown;
      },
      'ceremony/begin': () => ({ ceremony: shown?.ceremony ?? card.name }),
      'ceremony/act': () => ({}),
      'ceremony/cancel': () => ({}),
      'ceremony/say': () => ({}),
      'ceremony/unsay': () => ({}),
      'ceremony/sign': () => ({}),
      'ceremony/text': () => ({ text: 'ROTATION\n1. gather' }),
      'ceremony/save': () => ({ path: '/home/vera/rotation.json' }),
      'ceremony/verify': () => ({
        outcome: 'done',
        steps: 9,
        signatures: 20,
        exceptions: 0,
        newKey: shown?.key ?? null,
        directory: 15,
        fault: null,
      }),
      ...more,
    },
    look,
  );
  await scene.page.getByRole('navigation').first().waitFor();
  await scene.page.keyboard.press('g');
  await scene.page.keyboard.press('c');
  await scene.page.getByRole('heading', { level: 1, name: /Ceremonies|Zeremonien/ }).waitFor();
  return scene;
}

/** Opens the ceremony of this point, as the room's only one. */
async function at(stage: Stage<'app'>, point: string, wanted: Wanted = {}): Promise<Scene<'app'>> {
  const state = points[point];
  if (!state) throw new Error(point);
  const scene = await open(stage, { room: roomOf([state]), shown: shownAt(point), ...wanted });
  await scene.page.keyboard.press('Enter');
  await scene.page.getByRole('list', { name: /Steps|Schritte/ }).waitFor();
  await scene.page.waitForTimeout(150);
  return scene;
}

async function faultless({ page, complaints }: Scene<'app'>): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
  ).toEqual([]);
  expect(complaints).toEqual([]);
}

const tickAll = async ({ page }: Scene<'app'>) => {
  for (const box of await page.getByRole('checkbox').all()) await box.check();
};

needs('Chromium', chromiumHere)('ceremonies', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  describe.each(['light', 'dark'] as const)('%s', (scheme) => {
    const keep = async (scene: Scene<'app'>, name: string) => {
      await faultless(scene);
      expect(golden(`ceremony-${name}-${scheme}`, await scene.page.screenshot())).toBeNull();
      await scene.page.context().close();
    };

    test.each(Object.keys(points))(
      'at %s',
      async (point) => {
        const scene = await at(stage, point, { look: { scheme } });
        if (point === 'words') await tickAll(scene);
        await keep(scene, point);
      },
      90_000,
    );

    const rooms: readonly (readonly [string, Ceremonies, string])[] = [
      ['list', everything, 'Begin…'],
      ['empty', { ...roomOf(), scripts: [] }, 'No scripts'],
      [
        'not-now',
        {
          ...roomOf(),
          real: { code: 'directory_missing', detail: '' },
          rehearsal: { code: 'module_missing', detail: '' },
        },
        'It cannot be begun now',
      ],
    ];
    test.each(rooms)(
      '%s',
      async (name, room, text) => {
        const scene = await open(stage, { room, look: { scheme } });
        await scene.page.getByText(text).first().waitFor();
        await keep(scene, name);
      },
      90_000,
    );

    test.each(['real', 'rehearsal'] as const)(
      'gathering for a %s one',
      async (kind) => {
        const scene = await open(stage, { look: { scheme } });
        await scene.page.getByRole('button', { name: kind === 'real' ? 'Begin…' : 'Rehearse…' }).click();
        await scene.page.getByText('How long the old key may still sign').waitFor();
        await keep(scene, `gather-${kind}`);
      },
      90_000,
    );

    test('a step that was signed is looked at', async () => {
      const scene = await at(stage, 'generated', { look: { scheme } });
      await scene.page.keyboard.press('k');
      await scene.page.keyboard.press('k');
      await scene.page.getByText('What happened').waitFor();
      await keep(scene, 'past');
    }, 90_000);

    test('an exception is written', async () => {
      const scene = await at(stage, 'begin', { look: { scheme } });
      await scene.page.keyboard.press('o');
      await scene.page.getByRole('textbox').fill('The third person is late.');
      await keep(scene, 'otherwise');
    }, 90_000);

    test('verified', async () => {
      const scene = await at(stage, 'done', { look: { scheme } });
      await scene.page.getByRole('button', { name: 'Verify the transcript' }).click();
      await scene.page.getByText('The transcript holds').waitFor();
      const again = scene.page.getByRole('button', { name: 'Verify the transcript' });
      await expect.poll(() => again.isEnabled()).toBe(true);
      await scene.page.waitForTimeout(500); // its colour settles
      await keep(scene, 'verified');
    }, 90_000);

    test('in German', async () => {
      await keep(await at(stage, 'generated', { settings: german, look: { scheme } }), 'german');
    }, 90_000);

    test('in high contrast', async () => {
      await keep(await at(stage, 'rehearsal', { look: { scheme, contrast: true } }), 'contrast');
    }, 90_000);

    test('in a narrow window', async () => {
      await keep(await at(stage, 'generated', { look: { scheme, width: 640, height: 640 } }), 'narrow');
    }, 90_000);

    test('one whose folder does not hold', async () => {
      const scene = await open(stage, { look: { scheme } });
      await scene.page.keyboard.press('Enter');
      await scene.page.getByText('ceremony_folder').waitFor();
      await keep(scene, 'broken');
    }, 90_000);
  });

  test('is gone through by keys alone', async () => {
    const { page, main } = await at(stage, 'generated');
    await page.keyboard.press('s');
    expect(main.inputs('ceremony/sign')).toEqual([]); // nothing was seen yet
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await page.keyboard.press('s');
    const { ceremony } = shownAt('generated');
    await expect.poll(() => main.inputs('ceremony/sign')).toEqual([{ ceremony, role: 'custodian' }]);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1, name: 'Ceremonies' }).waitFor();
    await page.context().close();
  });

  test('an answer is given by key, and an exception never without a reason', async () => {
    const { page, main } = await at(stage, 'question');
    await page.keyboard.press('y');
    const { ceremony } = shownAt('question');
    await expect.poll(() => main.inputs('ceremony/say')).toEqual([{ ceremony, did: 'yes', reason: '' }]);
    await page.getByRole('button', { name: 'Stop the ceremony' }).click();
    const stop = page.getByRole('button', { name: 'Stop it here' });
    expect(await stop.isDisabled()).toBe(true);
    await page.getByRole('textbox').fill('   ');
    expect(await stop.isDisabled()).toBe(true);
    await page.getByRole('textbox').fill(' fire alarm ');
    await stop.click();
    await expect
      .poll(() => main.inputs('ceremony/say').at(-1))
      .toEqual({ ceremony, did: 'stopped', reason: 'fire alarm' });
    await page.context().close();
  });

  test('nobody takes part twice, and nobody acts who may not change the directory', async () => {
    const { page, main } = await open(stage, { shown: shownAt('begin') });
    await page.getByRole('button', { name: 'Begin…' }).click();
    const begin = page.getByRole('button', { name: 'Begin the ceremony' });
    await page.getByLabel('Witness').selectOption('vera vera-key');
    await page.getByText('nobody can be there twice').waitFor();
    expect(await begin.isDisabled()).toBe(true);
    await page.getByLabel('Witness').selectOption('ana ana-key');
    await page.getByLabel('Custodian').selectOption('mikael mikael-key');
    await page.getByText('must be officers who may change').waitFor();
    await page.getByLabel('Custodian').selectOption('ana ana-key');
    await page.getByLabel('Witness').selectOption('mikael mikael-key');
    await page.getByRole('textbox', { name: 'Days' }).fill('0');
    expect(await begin.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Days' }).fill('14');
    await begin.click();
    await expect
      .poll(() => main.inputs('ceremony/begin'))
      .toMatchObject([{ kind: 'real', overlapDays: 14, script: card.digest.digest }]);
    await page.context().close();
  });

  test('a change of main is asked for and drawn', async () => {
    const shown = { now: shownAt('generate') };
    const { page, main } = await at(stage, 'generate', { more: { 'ceremony/show': () => shown.now } });
    shown.now = { ...shownAt('generated'), revision: 2 };
    const room = roomOf([points['generated'] as never]);
    await main.send('ceremonies/changed', {
      ...room,
      revision: 3,
      list: room.list.map((row) => ({ ...row, revision: 2 })),
    });
    await page.getByText('What will be signed').waitFor();
    await page.context().close();
  });
});
