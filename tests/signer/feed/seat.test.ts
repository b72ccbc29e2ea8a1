// What a seated officer asks: the desk hears who it is from the session, and nothing of the message counts for that.
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedOf, makeDecision, makeRequest, samplePayload, seal } from '../../support/world.ts';
import { seatRaw, startRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const payload = samplePayload();

function newHold() {
  const request = makeRequest(rig.world, payload);
  rig.desk.hold(request, payload);
  return { request, expected: expectedOf(rig.world, request, payload) };
}

describe('a seat', () => {
  test('asks, decides, asks again, signs and cosigns, all as the officer of its session', async () => {
    const { ana } = rig.world.people;
    const { raw, welcome } = await seatRaw(rig, ana);
    const { request, expected } = newHold();
    raw.send({ type: 'challenge-for', ref: 2, requestId: request.id });
    const { challenge } = await raw.until('challenge');
    raw.send({ type: 'ask', ref: 3, challenge });
    expect(await raw.until('unknown')).toEqual({ type: 'unknown', ref: 3, challenge });
    const sealed = seal(ana, makeDecision(expected, ana, { challenge }));
    raw.send({ type: 'decide', ref: 4, sealed });
    const first = await raw.until('recorded');
    expect(first).toMatchObject({
      ref: 4,
      challenge,
      leaf: { record: { event: 'decided', officer: 'ana' } },
    });
    raw.send({ type: 'decide', ref: 5, sealed });
    expect(await raw.until('recorded')).toEqual({ ...first, ref: 5 });
    raw.send({ type: 'ask', ref: 6, challenge });
    expect(await raw.until('recorded')).toEqual({ ...first, ref: 6 });
    raw.send({
      type: 'signature',
      ref: 7,
      requestId: request.id,
      keyid: Buffer.alloc(32).toString('base64'),
      sig: 'AAAA',
    });
    expect((await raw.until('accepted')).ref).toBe(7);
    raw.send({ type: 'cosign', ref: 8, size: 1, line: 'line' });
    expect((await raw.until('accepted')).ref).toBe(8);
    expect(rig.desk.disk.decided).toEqual([sealed]);
    const seat = { session: welcome.session, officer: 'ana', machine: 'ana-machine' };
    expect(rig.desk.asked.every((one) => JSON.stringify(one.seat) === JSON.stringify(seat))).toBe(true);
    expect(rig.desk.asked.map((one) => one.call)).toEqual([
      'challenge',
      'ask',
      'decide',
      'decide',
      'ask',
      'signature',
      'cosign',
    ]);
    raw.ws.close();
  });

  test("an officer's challenge is of no use in another's seat", async () => {
    const { ana, ben } = rig.world.people;
    const { raw } = await seatRaw(rig, ana);
    const other = await seatRaw(rig, ben);
    const { request, expected } = newHold();
    raw.send({ type: 'challenge-for', ref: 2, requestId: request.id });
    const { challenge } = await raw.until('challenge');
    other.raw.send({ type: 'decide', ref: 2, sealed: seal(ana, makeDecision(expected, ana, { challenge })) });
    expect(await other.raw.until('refused')).toMatchObject({ ref: 2, code: 'challenge_unknown' });
    raw.ws.close();
    other.raw.ws.close();
  });

  test('a refusal carries the code; what is no fault of ours is told as internal, and logged', async () => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    raw.send({ type: 'challenge-for', ref: 2, requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
    expect(await raw.until('refused')).toMatchObject({ ref: 2, code: 'not_found' });
    const { request, expected } = newHold();
    raw.send({ type: 'challenge-for', ref: 3, requestId: request.id });
    const { challenge } = await raw.until('challenge');
    rig.desk.dies = 'before';
    raw.send({
      type: 'decide',
      ref: 4,
      sealed: seal(rig.world.people.ana, makeDecision(expected, rig.world.people.ana, { challenge })),
    });
    expect(await raw.until('refused')).toEqual({ type: 'refused', ref: 4, code: 'internal', detail: '' });
    expect(rig.lines.filter((line) => line.level === 'error').map((line) => line.message)).toEqual([
      'the desk failed',
    ]);
    raw.send({ type: 'ask', ref: 5, challenge });
    expect((await raw.until('unknown')).ref).toBe(5);
    raw.ws.close();
  });

  test('messages are answered in their order, and a Console that does not read is not read', async () => {
    const own = await startRig({ world: rig.world, limits: { unanswered: 8, waiting: 64 * 1024 } });
    const { raw } = await seatRaw(own, rig.world.people.ana);
    raw.ws.pause();
    const asked = 20_000;
    for (let ref = 2; ref < asked + 2; ref++)
      raw.send({ type: 'ask', ref, challenge: randomBytes(32).toString('base64url') });
    let most = 0;
    for (let i = 0; i < 40; i++) {
      await sleep(10);
      most = Math.max(most, own.feed.counts().waiting);
    }
    expect(most).toBeLessThan(1024 * 1024);
    raw.ws.resume();
    for (let ref = 2; ref < asked + 2; ref++) expect((await raw.until('unknown')).ref).toBe(ref);
    raw.ws.close();
    await own.close();
  });
});
