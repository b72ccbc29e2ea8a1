// Every screen and state of inbox, review and frame, by name: how main answers, and what is done until it stands.
import type { Page } from 'playwright-core';
import type { Snapshot } from '../../contract/ipc/calls.ts';
import type { Link, Status } from '../../contract/ipc/status.ts';
import { reviewing } from './app-answers.ts';
import type { Look } from './browser.ts';
import { Refused, type Answers } from './fake-main.ts';
import { digest, later, ulid } from './fixtures/make.ts';
import { many, night, queueOf, row } from './fixtures/queue.ts';
import { blind, bypass, held, sbom } from './fixtures/review.ts';
import { hello, quiet, status } from './fixtures/status.ts';
import { starting, type Scene, type Stage } from './stage.ts';

interface Plan {
  readonly answers: () => Answers<'app'>;
  readonly look?: Look;
  /** Until it stands. */
  readonly act?: (scene: Scene<'app'>) => Promise<void>;
}

const full = { queue: queueOf(night) };
const from =
  (snapshot: Partial<Snapshot> & Pick<Snapshot, 'queue'>, more: Answers<'app'> = {}) =>
  () => ({
    ...starting(snapshot),
    ...more,
  });
const withStatus = (change: Partial<Status>, queue = full.queue) =>
  from({ queue, status: { ...status, ...change } });
const linked = (state: Link['state'], change: Partial<Link> = {}): Partial<Status> => ({
  link: { state, since: later(-95), retryAt: null, fault: null, ...change },
});
const list = ({ page }: Scene<'app'>) => page.locator('[role=row][data-request]').first().waitFor();
const text =
  (what: string) =>
  async ({ page }: Scene<'app'>) =>
    page.getByText(what).first().waitFor();

const review = (of: typeof sbom, more: Answers<'app'> = {}): Plan => ({
  answers: from(full, { ...reviewing([of]), ...more }),
  act: async (scene) => {
    await list(scene);
    await scene.main.send('app/navigate', { to: 'request', requestId: of.requestId });
    await scene.page.getByRole('tabpanel').waitFor();
    await scene.page.waitForTimeout(250);
  },
});
const german = {
  ...quiet.settings,
  language: { value: 'de' as const, origin: 'person' as const, fixed: false },
};
/** An answer that does not come. */
const never = () => new Promise<never>(Function.prototype as () => void);

export const scenes = {
  inbox: { answers: from(full), act: list },
  'inbox-empty': { answers: from({ queue: queueOf([]) }), act: text('Nothing waits for you') },
  'inbox-filtered': {
    answers: from(full),
    act: async (scene) => {
      await list(scene);
      await scene.page.keyboard.press('/');
      await scene.page.keyboard.type('nothing is called this');
      await text('Nothing fits')(scene);
    },
  },
  'inbox-loading': {
    answers: from({
      queue: { revision: 1, whole: false, asOf: null, rows: [] },
      status: { ...status, ...linked('connecting') },
    }),
    act: text('Asking the Signer what waits'),
  },
  'inbox-offline': {
    answers: withStatus(
      linked('offline', { retryAt: later(12), fault: { code: 'unreachable', detail: '' } }),
      queueOf(night.slice(0, 6), 1, later(-95)),
    ),
    act: list,
  },
  'inbox-offline-unknown': {
    answers: withStatus(linked('offline'), { revision: 1, whole: false, asOf: null, rows: [] }),
    act: text('Nothing to show yet'),
  },
  'inbox-signed-out': {
    answers: withStatus(linked('signed-out'), queueOf(night.slice(0, 5), 1, later(-700))),
    act: list,
  },
  'inbox-locked': {
    answers: withStatus({
      journal: { size: 1284, lock: { code: 'journal_unwritable', detail: '' } },
      outbox: 2,
    }),
    act: list,
  },
  'inbox-alarm': {
    answers: withStatus({
      alarms: [
        { code: 'checkpoint_split', about: 'log.example.org/signer', at: later(-4000) },
        { code: 'signed_though_denied', about: ulid(40), at: later(-61) },
      ],
    }),
    act: list,
  },
  'inbox-ended': {
    answers: from(full),
    act: async (scene) => {
      await list(scene);
      await scene.page.keyboard.press('j');
      const ended = night.map((each, index) => (index === 2 ? { ...each, state: 'denied' as const } : each));
      const left = ended.filter((_, index) => index !== 3);
      await scene.main.send(
        'queue/changed',
        queueOf([...left, row(90, { subject: 'late-1.0.0.tgz' }), row(91, {}), row(92, {})], 2),
      );
      await scene.page.getByRole('button', { name: '3 new' }).waitFor();
    },
  },
  'inbox-thousand': { answers: from({ queue: queueOf(many(1000)) }), act: list },
  'inbox-demo': {
    answers: () => ({
      ...starting({
        ...full,
        status: {
          ...status,
          environment: 'demo',
          checkpoint: { size: 9, root: 'q7vZ0o3m', at: later(0), cosigners: 0, wanted: 0 },
        },
      }),
      'app/hello': () => ({ ...hello, demo: true, others: ['ana'] }),
    }),
    act: list,
  },
  'inbox-german': { answers: from({ ...full, settings: german }), act: list },
  'inbox-contrast': { answers: from(full), look: { contrast: true }, act: list },
  'inbox-narrow': { answers: from(full), look: { width: 640, height: 640 }, act: list },
  palette: {
    answers: from(full),
    act: async (scene) => {
      await list(scene);
      await scene.page.keyboard.press('Control+k');
      await scene.page.getByRole('option').first().waitFor();
    },
  },
  keys: {
    answers: from(full),
    act: async (scene) => {
      await list(scene);
      await scene.page.keyboard.press('?');
      await scene.page.getByRole('dialog').waitFor();
    },
  },
  review: review(sbom),
  'review-blind': review(blind),
  'review-held': review(held),
  'review-bypass': review(bypass),
  'review-german': { ...review(sbom), answers: from({ ...full, settings: german }, reviewing([sbom])) },
  'review-contrast': { ...review(blind), look: { contrast: true } },
  'review-narrow': { ...review(sbom), look: { width: 640, height: 640 } },
  'review-refused': {
    ...review(sbom, {
      'authorize/open': () => {
        throw new Refused('device_not_found', '');
      },
    }),
    act: async (scene) => {
      await review(sbom).act?.(scene);
      await scene.page.keyboard.press('a');
      await text('No such device is connected.')(scene);
    },
  },
  'review-closed': {
    ...review(sbom),
    act: async (scene) => {
      await review(sbom).act?.(scene);
      await scene.main.send('review/closed', {
        reviewId: sbom.reviewId,
        fault: { code: 'denied', detail: '' },
      });
      await scene.page.getByText('This review was closed').first().waitFor();
    },
  },
  'review-own': {
    ...review(sbom),
    act: async (scene) => {
      await review(sbom).act?.(scene);
      const voice = { officer: 'vera', verdict: 'approve' as const, at: later(-9), reason: '' };
      const quorum = { needed: 2, given: 2, voices: [...sbom.quorum.voices, voice] };
      const own = { mine: 'approve', state: 'signed', act: 'wait', leaf: 48_230, quorum } as const;
      const rows = night.map((each) => (each.requestId === sbom.requestId ? { ...each, ...own } : each));
      await scene.main.send('queue/changed', queueOf(rows, 2));
      await scene.main.send('review/closed', {
        reviewId: sbom.reviewId,
        fault: { code: 'signed', detail: '' },
      });
      await scene.page.getByText('You approved this, and it is signed').first().waitFor();
    },
  },
  'review-folded-out': {
    ...review(held),
    act: async (scene) => {
      await review(held).act?.(scene);
      await scene.page.keyboard.press('p');
      await scene.page.getByText('Within the quota').waitFor();
    },
  },
  'review-end': {
    ...review(blind),
    act: async (scene) => {
      await review(blind).act?.(scene);
      await scene.page.getByRole('region', { name: 'Review' }).press('End');
      await scene.page.waitForTimeout(250);
    },
  },
  'review-failed': {
    answers: from(full, reviewing([])),
    act: async (scene) => {
      await list(scene);
      await scene.main.send('app/navigate', { to: 'request', requestId: ulid(999) });
      await text('The request no longer waits.')(scene);
    },
  },
  'review-opening': {
    answers: from(full, { 'review/open': never }),
    act: async (scene) => {
      await list(scene);
      await scene.main.send('app/navigate', { to: 'request', requestId: ulid(2) });
      await text('Fetching the payload and checking it')(scene);
    },
  },
  starting: { answers: () => ({ ...starting(full), 'app/snapshot': never }), act: text('main process') },
  broken: {
    answers: () => ({
      ...starting(full),
      'app/snapshot': () => {
        throw new Refused('internal', '');
      },
    }),
    act: text('Try again'),
  },
  'not-set-up': {
    answers: () => ({
      ...starting({ queue: queueOf([]) }),
      'app/hello': () => ({
        ...hello,
        signer: digest('none'),
        setUp: { code: 'directory_missing', detail: '/etc/signer-console/policy.json' },
      }),
    }),
    act: text('There is no directory'),
  },
} as const satisfies Record<string, Plan>;

export type SceneName = keyof typeof scenes;
export const sceneNames = Object.keys(scenes) as SceneName[];

/** Opens a scene and brings it to where it stands. */
export async function show(stage: Stage<'app'>, name: SceneName, look: Look = {}): Promise<Scene<'app'>> {
  const plan: Plan = scenes[name];
  const scene = await stage.open(plan.answers(), { ...plan.look, ...look });
  await plan.act?.(scene);
  await still(scene.page);
  return scene;
}

/** Waits until nothing is being drawn: two frames after all fonts are there. */
async function still(page: Page): Promise<void> {
  await page.evaluate(
    'document.fonts.ready.then(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))))',
  );
}
