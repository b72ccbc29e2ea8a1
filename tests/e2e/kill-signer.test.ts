// The Signer is killed in the middle and started again: it recovers by itself, nothing is lost, nothing is there twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilEnd } from '../../demo/scenes/ending.ts';
import { ask } from '../../demo/scenes/stage.ts';
import type { Desk } from '../../demo/scenes/desk.ts';
import { needs, softhsm } from '../support/needs.ts';
import { points } from './run.ts';
import { makeStage, type TestStage } from './stage.ts';

const TIME = 90_000;
const once = ['held', 'decided', 'intent', 'signed', 'approved'];
const nothing = (): void => undefined;

let world: TestStage;
let ana: Desk;
let onTouch = nothing;

beforeAll(async () => {
  world = await makeStage();
  const device = world.stage.installation.people.ana.key.device.id;
  ana = await world.desk('ana', device, () => onTouch());
}, TIME);
afterAll(() => world.close());

async function untilDelivered(desk: Desk): Promise<void> {
  for (let tries = 0; desk.console.outbox().length > 0; tries++) {
    if (tries > 500) throw new Error('the outbox is not empty');
    await sleep(20);
  }
}

async function approve(desk: Desk, requestId: string, matchNumber: string): Promise<void> {
  await desk.untilQueued(requestId);
  const review = await desk.console.review(requestId);
  expect(review).toMatchObject({ stage: 'reviewed', match: matchNumber });
  await desk.console.authorize(review, { verdict: 'approve', reason: '', device: desk.device });
}

test(
  'after the hold, before anybody saw it',
  async () => {
    const held = await ask(world.stage, { trusted: false });
    await world.kill();
    await world.restart();
    await approve(ana, held.requestId, held.matchNumber);
    await untilEnd(world.stage, held, 'signed');
    expect(world.leaves(held.requestId)).toEqual(once);
  },
  TIME,
);

test(
  'between review and touch: the decision waits in the outbox, and leaves when the Signer is back',
  async () => {
    const held = await ask(world.stage, { trusted: false });
    await ana.untilQueued(held.requestId);
    const review = await ana.console.review(held.requestId);
    const killed = new Promise<void>((resolve) => {
      onTouch = () => {
        onTouch = nothing;
        void world.kill().then(resolve);
      };
    });
    const { delivery } = await ana.console.authorize(review, {
      verdict: 'approve',
      reason: '',
      device: ana.device,
    });
    await killed;
    expect(['waiting', 'evidenced']).toContain(delivery.state);
    await world.restart();
    await untilEnd(world.stage, held, 'signed');
    await untilDelivered(ana);
    expect(world.leaves(held.requestId)).toEqual(once);
  },
  TIME,
);

describe.each(points([0, 15, 60, 150], [3, 8, 25, 40, 90, 300]))('%i ms after the touch', (ms) => {
  test(
    'it recovers by itself: one decision, one signature',
    async () => {
      const held = await ask(world.stage, { trusted: false });
      const killed = new Promise<void>((resolve) => {
        onTouch = () => {
          onTouch = nothing;
          setTimeout(() => void world.kill().then(resolve), ms);
        };
      });
      await approve(ana, held.requestId, held.matchNumber);
      await killed;
      await world.restart();
      const ended = await untilEnd(world.stage, held, 'signed');
      await untilDelivered(ana);
      expect(world.leaves(held.requestId)).toEqual(once);
      expect(ended.result?.bundle?.dsseEnvelope.signatures).toHaveLength(1);
      await expect(ana.console.evidence(held.requestId)).resolves.toMatchObject({
        outcome: 'signed',
        officers: ['ana'],
      });
    },
    TIME,
  );
});

needs('softhsm', softhsm)('a key in an HSM of ana', () => {
  test(
    'killed when the quorum is complete, and again while the HSM signs: still one signature',
    async () => {
      const { keys, people } = world.stage.installation;
      const ben = await world.desk('ben', people.ben.hsm!.device.id);
      const held = await ask(world.stage, { trusted: true, keyId: keys.keyful });
      await approve(ana, held.requestId, held.matchNumber);
      await world.kill();
      await world.restart();
      await approve(ben, held.requestId, held.matchNumber);
      await ana.untilState(held.requestId, 'quorate');
      await world.kill();
      await world.restart();
      const review = await ana.console.review(held.requestId);
      const [delivery] = await Promise.all([
        ana.console.signHeld(review),
        sleep(10).then(() => world.kill()),
      ]);
      expect(['waiting', 'handed-over']).toContain(delivery.state);
      await world.restart();
      await untilEnd(world.stage, held, 'signed');
      await untilDelivered(ana);
      expect(world.leaves(held.requestId)).toEqual([
        'held',
        'decided',
        'decided',
        'intent',
        'signed',
        'approved',
      ]);
    },
    TIME,
  );
});
