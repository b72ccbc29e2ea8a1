// Random walks over what page, hand, plug and Signer can do to an act: whatever the order, no approval without a touch, and never two.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { WireFault, isFault } from '../../../../core/fault/fault.ts';
import { viewDigest, viewOf } from '../../../../core/review/view.ts';
import type { SecondView } from '../../../../main/review/second.ts';
import { nodeCrypto } from '../../../../ports/crypto.ts';
import { clearDesks, deskFor, PRINTED, type Desk } from '../../../support/acts.ts';
import { count } from '../../../support/counts.ts';
import { FakeSigner } from '../../../support/fake-signer.ts';
import { makeWorld } from '../../../support/world.ts';

afterAll(clearDesks);

/** The codes with which a call may be refused here; anything else is a defect. */
const refusals = ['act_phase', 'act_over', 'act_early', 'act_kept', 'act_open', 'reason_missing'];

interface Walk {
  readonly at: Desk;
  readonly id: string;
  pressed: number;
  verdicts: Set<string>;
}

async function refused(step: () => Promise<unknown> | undefined): Promise<boolean> {
  try {
    await step();
    return false;
  } catch (thrown) {
    if (!isFault(thrown) || !refusals.includes(thrown.code)) throw thrown;
    return true;
  }
}

const open = (at: Desk, frame: 'authorize' | 'virtual-key') =>
  at.shell.pages.findLast((page) => page.frame === frame && !page.isClosed);

/** Calls on the act's page as it is, also when it is over: its last page is still asked. */
async function onPage(at: Desk, name: 'act/cancel' | 'act/close'): Promise<void> {
  const page = open(at, 'authorize');
  if (page) await refused(async () => page.call(name, { act: (await page.call('act/read', {})).act }));
}

async function begin(walk: Walk, verdict: 'approve' | 'deny'): Promise<void> {
  const { at } = walk;
  if (!open(at, 'authorize')) return;
  if (!(await refused(() => at.begin(verdict, 'a reason')))) walk.verdicts.add(verdict);
}

async function pin(at: Desk, text: string): Promise<void> {
  const page = open(at, 'authorize');
  if (!page) return;
  const bytes = new Uint8Array(Buffer.from(text));
  const { act } = await page.call('act/read', {});
  if (await refused(() => page.call('act/pin', { act, bytes })))
    expect(bytes.every((byte) => byte === 0)).toBe(true);
}

const away = { decide: () => Promise.reject(new WireFault('unreachable')) };

const steps: Readonly<Record<string, (walk: Walk) => Promise<void> | void>> = {
  approve: (walk) => begin(walk, 'approve'),
  deny: (walk) => begin(walk, 'deny'),
  right: ({ at }) => pin(at, PRINTED),
  wrong: ({ at }) => pin(at, 'wrong-pin'),
  press: async (walk) => {
    const page = open(walk.at, 'virtual-key');
    if (page && !(await refused(() => page.call('virtual-key/press', {})))) walk.pressed += 1;
  },
  pull: async ({ at }) => void (await open(at, 'virtual-key')?.call('virtual-key/plug', { plugged: false })),
  plug: async ({ at }) => void (await open(at, 'virtual-key')?.call('virtual-key/plug', { plugged: true })),
  cancel: ({ at }) => onPage(at, 'act/cancel'),
  close: ({ at }) => onPage(at, 'act/close'),
  away: ({ at }) => void (at.seat.link.twist = away),
  back: ({ at }) => void (at.seat.link.twist = {}),
  withdraw: ({ at, id }) => {
    const row = at.signer.row(id);
    if (row.state !== 'waiting') return;
    row.state = 'withdrawn';
    at.signer.tell(id);
  },
  wait: () => sleep(60),
  /** Patient: until the PIN is asked for, or the key blinks, or neither comes. */
  asked: async (walk) => {
    await phase(walk.at, 'pin');
    await pin(walk.at, PRINTED);
  },
  blinks: async (walk) => {
    await phase(walk.at, 'touch');
    await steps['press']?.(walk);
  },
};

async function phase(at: Desk, wanted: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const page = open(at, 'authorize');
    if (!page || (await page.call('act/read', {})).phase.at === wanted) return;
    await sleep(10);
  }
}

/** What a walk does most leads somewhere; what ends it comes seldom. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('approve', 'asked', 'blinks') },
  { weight: 3, arbitrary: fc.constant('wait') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(steps)) },
);

const counterOf = (at: Desk): number => {
  const state = JSON.parse(readFileSync(at.key.store, 'utf8')) as { credentials: { counter: number }[] };
  return state.credentials[0]?.counter ?? 0;
};

/** The second decoder is a process for each review, and not what is walked over here. */
const sameView: SecondView = async (version, payloadType, payload) =>
  viewDigest(nodeCrypto, viewOf(nodeCrypto, version, payloadType, payload));

let desk: Desk | undefined;

/** One desk for many walks: a driver process each would take longer than the walks. A key that is nearly blocked is replaced. */
async function ready(): Promise<Desk> {
  if (desk && ((await desk.tries()) ?? 0) > 4) return desk;
  await desk?.close();
  const signer = new FakeSigner(makeWorld());
  desk = await deskFor(signer, signer.world.people.ana, { console: { second: sameView } });
  await desk.keys.show('ana-key');
  return desk;
}

/** Brings everything to rest: the act is closed, the Signer is back, what is owed is delivered. */
async function settle({ at, id }: Walk): Promise<void> {
  await onPage(at, 'act/close');
  at.seat.link.twist = {};
  await at.seat.console.care.plug(at.key.path, false);
  await at.seat.console.care.plug(at.key.path, true);
  await steps['plug']?.({ at, id, pressed: 0, verdicts: new Set() });
  await at.acts.quiet;
  for (const page of at.shell.pages) page.sent.length = 0;
  await at.seat.console.deliver();
}

test('random walks', { timeout: 1_800_000 }, async () => {
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (walked) => {
      const at = await ready();
      const before = counterOf(at);
      const { request, review } = await at.reviewed();
      const walk: Walk = { at, id: request.id, pressed: 0, verdicts: new Set() };
      await at.acts.openDecide(review, 'approve');
      at.read();
      for (const name of walked) {
        await steps[name]?.(walk);
        await sleep(5);
      }
      await settle(walk);
      const made = counterOf(at) - before;
      const outcomes = at.seat.console.journal
        .records()
        .flatMap(({ entry }) => (entry.event === 'outcome' ? [entry.sealed.decision] : []))
        .filter(({ requestId }) => requestId === request.id);
      const recorded = at.signer.row(request.id).decisions.map(({ decision }) => decision.verdict);
      if (recorded.length > 0) whole += 1;
      expect(made).toBeLessThanOrEqual(walk.pressed);
      expect(outcomes.length).toBeLessThanOrEqual(made);
      expect(outcomes.filter(({ verdict }) => verdict === 'approve').length).toBeLessThanOrEqual(1);
      expect(recorded.length).toBeLessThanOrEqual(outcomes.length);
      for (const verdict of recorded) expect(walk.verdicts).toContain(verdict);
      expect(new Set(outcomes.map(({ challenge }) => challenge)).size).toBe(outcomes.length);
      expect(at.signer.alarms).toEqual([]);
      expect(at.defects).toEqual([]);
    }),
    { numRuns: count(1000) },
  );
  expect(whole).toBeGreaterThan(0); // some walks lead to a recorded decision, or nothing was tried
});
