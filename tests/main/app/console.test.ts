// A Console from sign-in to verified leaf, over a Signer in memory: approve, deny, offline, late, held key, restart.
import { describe, expect, test } from 'vitest';
import { Refusal, WireFault } from '../../../core/fault/fault.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { openSeat, seatAt, until } from '../../support/seat.ts';
import { makeWorld, samplePayload } from '../../support/world.ts';

const approving = (device: string) => ({ verdict: 'approve' as const, reason: '', device });
const denying = (device: string) => ({ verdict: 'deny' as const, reason: 'not ours', device });

async function reviewed(
  signer: FakeSigner,
  seat: Awaited<ReturnType<typeof seatAt>>,
  payload = samplePayload(),
  overrides = {},
) {
  const request = signer.hold(payload, overrides);
  await until(() => seat.console.queue().some((q) => q.requestId === request.id), 'the hold');
  return { request, review: await seat.console.review(request.id) };
}

const eventsOf = (seat: Awaited<ReturnType<typeof seatAt>>) =>
  seat.console.journal.records().map((r) => r.entry.event);

describe('one officer', () => {
  test('approves: shown, intent, outcome, sent, evidenced, and the outbox is empty', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    expect(review.stage).toBe('reviewed');
    const { delivery } = await seat.console.authorize(review, approving('ana-key'));
    expect(delivery.state).toBe('evidenced');
    expect(signer.row(request.id).state).toBe('signed');
    expect(eventsOf(seat)).toEqual([
      'started',
      'signed-in',
      'shown',
      'intent',
      'outcome',
      'sent',
      'evidenced',
    ]);
    expect(seat.console.outbox()).toEqual([]);
    expect(seat.hand.touches).toBe(2); // the session's and the decision's
    expect(signer.cosigned.length).toBeGreaterThan(0);
    await seat.console.close();
  });

  test('approves with an HSM where policy lets a PIN count, and not where it does not', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ben);
    const { review } = await reviewed(signer, seat);
    await expect(seat.console.authorize(review, approving('ben-hsm'))).toRejectCode('device_presence');
    const second = await reviewed(signer, seat, samplePayload(), { keys: [signer.world.held], findings: [] });
    expect((await seat.console.authorize(second.review, approving('ben-hsm'))).delivery.state).toBe(
      'evidenced',
    );
    await seat.console.close();
  });

  test('denies with a reason only', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    await expect(seat.console.authorize(review, { ...denying('ana-key'), reason: ' ' })).toRejectCode(
      'reason_missing',
    );
    expect((await seat.console.authorize(review, denying('ana-key'))).delivery.state).toBe('evidenced');
    expect(signer.row(request.id).state).toBe('denied');
    await seat.console.close();
  });

  test.each([
    ['an auditor', 'dan', {}, 'officer_role'],
    ['the requester', 'ana', { requester: { subject: 'ana@acme', jkt: 'x' } }, 'officer_is_requester'],
    [
      'who starts the caller',
      'ben',
      { requester: { subject: 'nightly@acme', jkt: 'x' } },
      'officer_starts_caller',
    ],
  ] as const)('%s is refused before any touch', async (_, who, overrides, code) => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people[who]);
    const { review } = await reviewed(signer, seat, samplePayload(), overrides);
    await expect(seat.console.authorize(review, approving(`${who}-key`))).toRejectCode(code);
    expect(seat.hand.touches).toBe(1);
    await seat.console.close();
  });

  test('a device of another officer is unknown here', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { review } = await reviewed(signer, seat);
    await expect(seat.console.authorize(review, approving('ben-key'))).toRejectCode('device_unknown');
    await seat.console.close();
  });

  test('a touch that fails is journalled; tried again it signs the same bytes', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { review } = await reviewed(signer, seat);
    seat.hand.touch = () => {
      throw new Refusal('expired');
    };
    await expect(seat.console.authorize(review, approving('ana-key'))).toRejectCode('expired');
    seat.hand.touch = () => undefined;
    seat.clock.now = new Date(seat.clock.now.getTime() + 5000);
    const { decided, delivery } = await seat.console.authorize(review, approving('ana-key'));
    expect(delivery.state).toBe('evidenced');
    const intents = seat.console.journal.records().filter((r) => r.entry.event === 'intent');
    expect(intents).toHaveLength(1);
    expect(intents[0]?.entry).toEqual({ event: 'intent', decision: decided.sealed.decision });
    expect(eventsOf(seat).filter((e) => e === 'failed')).toHaveLength(1);
    await seat.console.close();
  });

  test('cancelled before and after the touch: nothing is decided, nothing leaves', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    for (const when of ['touch', 'after'] as const) {
      const stop = new AbortController();
      seat.hand[when] = () => stop.abort();
      await expect(seat.console.authorize(review, approving('ana-key'), stop.signal)).toRejectCode(
        'cancelled',
      );
      seat.hand[when] = () => undefined;
    }
    expect(signer.row(request.id).decisions).toEqual([]);
    expect(eventsOf(seat)).not.toContain('outcome');
    await seat.console.close();
  });

  test('an approval may be followed by a denial, by nothing else', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat, samplePayload(), {
      keys: [signer.world.held],
      findings: [],
    });
    await seat.console.authorize(review, approving('ana-key'));
    await until(() => seat.console.queue()[0]?.hold.decisions.length === 1, 'the decision');
    const again = await seat.console.review(request.id);
    await expect(seat.console.authorize(again, approving('ana-key'))).toRejectCode('officer_decided');
    expect((await seat.console.authorize(again, denying('ana-key'))).delivery.state).toBe('evidenced');
    expect(signer.row(request.id).state).toBe('denied');
    await seat.console.close();
  });
});

describe('what the Signer says is believed only when it verifies', () => {
  test.each(['leaf of another decision', 'proof of another leaf', 'unsigned checkpoint'] as const)(
    '%s',
    async (lie) => {
      const signer = new FakeSigner(makeWorld());
      const seat = await seatAt(signer, signer.world.people.ana);
      const { review } = await reviewed(signer, seat);
      seat.link.twist = {
        decide: async (sealed) => {
          const answer = structuredClone(signer.decide(sealed));
          if (lie === 'leaf of another decision') return { ...answer, leaf: signer.log.leaf(1) };
          if (lie === 'proof of another leaf')
            return { ...answer, leaf: { ...answer.leaf, proof: signer.log.leaf(0).proof } };
          return {
            ...answer,
            checkpoint: answer.checkpoint.replace(/\n— .*\n/u, '\n— signer.test/log AAAAAAAA\n'),
          };
        },
      };
      const { delivery } = await seat.console.authorize(review, approving('ana-key'));
      expect(delivery.state).toBe('waiting');
      expect(eventsOf(seat)).toContain('alarm');
      expect(eventsOf(seat)).not.toContain('evidenced');
      expect(seat.console.outbox()).toHaveLength(1);
      seat.link.twist = {};
      await seat.console.deliver();
      expect(seat.console.outbox()).toEqual([]);
      await seat.console.close();
    },
  );

  test('a request that was denied here and is signed all the same is an alarm', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    await seat.console.authorize(review, denying('ana-key'));
    signer.row(request.id).state = 'signed';
    signer.tell(request.id);
    await until(() => seat.events.some((e) => e.event === 'alarm'), 'the alarm');
    expect(seat.events.find((e) => e.event === 'alarm')).toEqual({
      event: 'alarm',
      code: 'signed_though_denied',
      about: request.id,
    });
    expect(eventsOf(seat)).toContain('alarm');
    await seat.console.close();
  });

  test('a review closes when its hold changes, and cannot be authorized any more', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    const row = signer.row(request.id);
    signer.rows.set(request.id, {
      ...row,
      request: { ...row.request, tenant: row.request.tenant, expires: '2026-11-23T13:30:00.000Z' },
    });
    signer.tell(request.id);
    await until(() => seat.events.some((e) => e.event === 'review-closed'), 'the end of the review');
    await expect(seat.console.authorize(review, approving('ana-key'))).toRejectCode('request_mismatch');
    row.state = 'expired';
    signer.rows.set(request.id, row);
    signer.tell(request.id);
    await until(() => seat.console.queue().length === 0, 'the end of the hold');
    await expect(seat.console.authorize(review, approving('ana-key'))).toRejectCode('hold_closed');
    await seat.console.close();
  });

  test("another officer's decision does not close it", async () => {
    const signer = new FakeSigner(makeWorld());
    const ana = await seatAt(signer, signer.world.people.ana);
    const ben = await seatAt(signer, signer.world.people.ben);
    const { request, review } = await reviewed(signer, ana, samplePayload(), {
      keys: [signer.world.held],
      findings: [],
    });
    await until(() => ben.console.queue().length === 1, 'the hold');
    await ben.console.authorize(await ben.console.review(request.id), approving('ben-key'));
    await until(() => ana.console.queue()[0]?.hold.decisions.length === 1, 'the decision');
    expect((await ana.console.authorize(review, approving('ana-key'))).delivery.state).toBe('evidenced');
    expect(signer.row(request.id).state).toBe('quorate');
    await ana.console.close();
    await ben.console.close();
  });
});

describe('a key that the officer holds', () => {
  async function quorate() {
    const signer = new FakeSigner(makeWorld());
    const ana = await seatAt(signer, signer.world.people.ana);
    const ben = await seatAt(signer, signer.world.people.ben);
    const { request, review } = await reviewed(signer, ana, samplePayload(), {
      keys: [signer.world.held],
      findings: [],
    });
    await until(() => ben.console.queue().length === 1, 'the hold');
    return { signer, ana, ben, request, review };
  }

  test('signs last, after the quorum, and only then', async () => {
    const { signer, ana, ben, request, review } = await quorate();
    await expect(ana.console.signHeld(review)).toRejectCode('quorum_incomplete');
    await ana.console.authorize(review, approving('ana-key'));
    await expect(ana.console.signHeld(review)).toRejectCode('quorum_incomplete');
    await ben.console.authorize(await ben.console.review(request.id), approving('ben-hsm'));
    await until(() => ana.console.queue()[0]?.hold.state === 'quorate', 'the quorum');
    await expect(ben.console.signHeld(await ben.console.review(request.id))).toRejectCode('key_use');
    expect((await ana.console.signHeld(await ana.console.review(request.id))).state).toBe('handed-over');
    expect(signer.signatures).toHaveLength(1);
    expect(eventsOf(ana).slice(-3)).toEqual(['held-intent', 'held-outcome', 'held-ended']);
    await ana.console.close();
    await ben.console.close();
  });

  test('refuses a quorum that only the Signer claims', async () => {
    const { signer, ana, ben, request, review } = await quorate();
    await ana.console.authorize(review, approving('ana-key'));
    signer.row(request.id).state = 'quorate';
    signer.tell(request.id);
    await until(() => ana.console.queue()[0]?.hold.state === 'quorate', 'the claim');
    await expect(ana.console.signHeld(review)).toRejectCode('quorum_incomplete');
    const locked = await ana.console.review(request.id);
    expect(locked.stage === 'locked' && locked.locks.map((l) => l.code)).toEqual(['quorum_incomplete']);
    expect(signer.signatures).toEqual([]);
    await ana.console.close();
    await ben.console.close();
  });
});

describe('restart', () => {
  test('takes up what was decided while the Signer was away', async () => {
    const signer = new FakeSigner(makeWorld());
    const { ana } = signer.world.people;
    const first = await seatAt(signer, ana);
    const { request, review } = await reviewed(signer, first);
    first.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    await first.console.authorize(review, approving('ana-key'));
    await first.console.close();
    const second = await seatAt(signer, ana, first.dataDir);
    await until(() => second.console.outbox().length === 0, 'delivery');
    expect(signer.row(request.id).decisions).toHaveLength(1);
    expect(second.hand.touches).toBe(1); // the session's
    await second.console.close();
  });

  test('two Consoles never share a folder', async () => {
    const signer = new FakeSigner(makeWorld());
    const { ana } = signer.world.people;
    const first = await seatAt(signer, ana);
    await expect(openSeat(signer.world, signer, ana, first.dataDir)).toRejectCode('data_locked');
    await first.console.close();
    const second = await seatAt(signer, ana, first.dataDir);
    await second.console.close();
  });

  test('the Signer remembers a longer journal: approving locks, denying does not', async () => {
    const signer = new FakeSigner(makeWorld());
    const { ana } = signer.world.people;
    signer.journals.set(ana.machine.id, { origin: 'x', size: 40, root: Buffer.alloc(32).toString('base64') });
    const seat = await seatAt(signer, ana);
    expect(seat.console.journal.lock?.code).toBe('journal_shorter');
    const { request, review } = await reviewed(signer, seat);
    expect(review.stage === 'locked' && review.locks[0].code).toBe('journal_shorter');
    await expect(seat.console.authorize(review, approving('ana-key'))).toRejectCode('journal_shorter');
    await seat.console.authorize(review, denying('ana-key'));
    expect(signer.row(request.id).state).toBe('denied');
    await seat.console.close();
  });
});
