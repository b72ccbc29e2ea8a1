// "It failed, sign again": whatever a Signer says, an officer's approval of one request is one signature.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../core/fault/fault.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { seatAt, until, type Seat } from '../../support/seat.ts';
import { makeRequest, makeWorld, samplePayload } from '../../support/world.ts';

const second = async (...view: Parameters<typeof viewDigestOf>) => viewDigestOf(...view);
const approving = { verdict: 'approve' as const, reason: '', device: 'ana-key' };
const denying = { ...approving, verdict: 'deny' as const, reason: 'asked twice' };

async function begin(keyed = true) {
  const signer = new FakeSigner(makeWorld());
  const seat = await seatAt(signer, signer.world.people.ana, undefined, { second });
  const overrides = keyed ? { keys: [signer.world.held], findings: [] } : {};
  const request = signer.hold(samplePayload(), overrides);
  await until(() => seat.console.queue().length === 1, 'the hold');
  return { signer, seat, request };
}

const alarms = (seat: Seat) => seat.events.flatMap((e) => (e.event === 'alarm' ? [e.code] : []));
const outcomes = (seat: Seat) => seat.console.journal.records().filter((r) => r.entry.event === 'outcome');

/** The Signer has forgotten the officer's decision, and gives challenges that it never gave. */
async function forget(signer: FakeSigner, seat: Seat, id: string) {
  signer.row(id).decisions.splice(0);
  signer.challenges.clear();
  signer.row(id).state = 'waiting';
  signer.tell(id);
  await until(() => seat.console.queue()[0]?.hold.decisions.length === 0, 'the lie');
}

describe('a second approval of one request', () => {
  test('is refused with an alarm when the Signer forgot the first, also after a restart', async () => {
    const { signer, seat, request } = await begin();
    const review = await seat.console.review(request.id);
    expect((await seat.console.authorize(review, approving)).delivery.state).toBe('evidenced');
    await until(() => seat.console.queue()[0]?.hold.decisions.length === 1, 'the decision');
    await forget(signer, seat, request.id);
    const again = await seat.console.review(request.id);
    await expect(seat.console.authorize(again, approving)).toRejectCode('officer_decided');
    expect(seat.hand.touches).toBe(2); // the session's and the first decision's
    expect(alarms(seat)).toEqual(['officer_decided']);
    await seat.console.close();

    const later = await seatAt(signer, signer.world.people.ana, seat.dataDir, { second });
    await until(() => later.console.queue().length === 1, 'the hold');
    const third = await later.console.review(request.id);
    await expect(later.console.authorize(third, approving)).toRejectCode('officer_decided');
    expect(outcomes(later)).toHaveLength(1);
    expect((await later.console.authorize(third, denying)).delivery.state).toBe('evidenced');
    await later.console.close();
  });

  test('is refused a thousand times over when the Signer says that the first one failed', async () => {
    const { signer, seat, request } = await begin();
    const codes = ['challenge_unknown', 'device_proof', 'view_mismatch', 'head_mismatch'] as const;
    seat.link.twist = { decide: () => Promise.reject(new Refusal('challenge_unknown', 'try again')) };
    const review = await seat.console.review(request.id);
    expect((await seat.console.authorize(review, approving)).delivery.state).toBe('withheld');
    for (let i = 0; i < 1000; i++) {
      const code = codes[i % codes.length] ?? 'device_proof';
      const challenge = randomBytes(32).toString('base64url');
      seat.link.twist = {
        decide: () => Promise.reject(new Refusal(code, 'try again')),
        challengeFor: async () => challenge,
      };
      await expect(seat.console.authorize(review, approving)).toRejectCode('officer_decided');
    }
    expect(outcomes(seat)).toHaveLength(1);
    expect(seat.hand.touches).toBe(2);
    expect(alarms(seat)).toContain('officer_decided');
    expect(signer.row(request.id).decisions).toEqual([]);
    await seat.console.close();
  });

  test('is refused over another payload under the same id', async () => {
    const { signer, seat, request } = await begin();
    await seat.console.authorize(await seat.console.review(request.id), approving);
    const payload = samplePayload('evil.tgz');
    const other = makeRequest(signer.world, payload, { ...pick(request), id: request.id });
    const requestDigest = digestOf(nodeCrypto, other);
    const { tenant, payloadDigest } = other;
    const index = signer.log.append({
      event: 'held',
      tenant,
      requestId: other.id,
      requestDigest,
      payloadDigest,
    });
    const { salt, record } = signer.log.leaf(index);
    signer.rows.set(other.id, {
      request: other,
      payload,
      held: { index, salt, record },
      decisions: [],
      state: 'waiting',
    });
    signer.challenges.clear();
    signer.tell(other.id);
    await until(() => seat.console.queue()[0]?.hold.request.payloadDigest === payloadDigest, 'the lie');
    const review = await seat.console.review(other.id);
    expect(review.stage).toBe('reviewed');
    await expect(seat.console.authorize(review, approving)).toRejectCode('officer_decided');
    expect(outcomes(seat)).toHaveLength(1);
    await seat.console.close();
  });

  test('that never left may be made again', async () => {
    const { seat, request } = await begin(false);
    const review = await seat.console.review(request.id);
    seat.hand.touch = () => {
      throw new Refusal('expired');
    };
    await expect(seat.console.authorize(review, approving)).toRejectCode('expired');
    seat.hand.touch = () => undefined;
    expect((await seat.console.authorize(review, approving)).delivery.state).toBe('evidenced');
    await seat.console.close();
  });
});

const pick = ({ keys, findings }: { keys: string[]; findings: never[] | object[] }) => ({
  keys,
  findings: findings as never[],
});

describe("a held key's second signature", () => {
  test('is the first one again', async () => {
    const { signer, seat, request } = await begin();
    const ben = await seatAt(signer, signer.world.people.ben, undefined, { second });
    await until(() => ben.console.queue().length === 1, 'the hold');
    for (const [who, device] of [
      [seat, 'ana-key'],
      [ben, 'ben-key'],
    ] as const)
      await who.console.authorize(await who.console.review(request.id), { ...approving, device });
    await until(() => seat.console.queue()[0]?.hold.state === 'quorate', 'the quorum');
    seat.link.twist = {
      signature: async (requestId, _, sig) => void signer.signatures.push({ requestId, sig }),
    };
    for (let i = 0; i < 3; i++)
      expect((await seat.console.signHeld(await seat.console.review(request.id))).state).toBe('handed-over');
    expect(signer.signatures).toHaveLength(3);
    expect(new Set(signer.signatures.map(({ sig }) => sig)).size).toBe(1);
    await seat.console.close();
    await ben.console.close();
  });
});
