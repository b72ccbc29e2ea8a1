// Events: gapless in each tenant, snapshots where the sequence does not reach back, and bounded for who reads slowly.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeCodes, LARGEST_MESSAGE } from '../../../contract/wire/link.ts';
import { ModelDesk } from '../../faults/histories/model-desk.ts';
import { makeRequest, makeWorld, samplePayload, type World } from '../../support/world.ts';
import { seatRaw, startRig, type Raw, type Rig } from './rig.ts';

let rig: Rig;
let world: World;
beforeAll(() => {
  world = makeWorld();
});
beforeEach(async () => {
  rig = await startRig({ world, limits: { page: 4 } });
  return () => rig.close();
});

const payload = samplePayload();
const request = (tenant: string) => makeRequest(world, payload, { tenant });
const holdSome = (tenant: string, n: number) => {
  const made = Array.from({ length: n }, () => request(tenant));
  for (const one of made) rig.desk.hold(one);
  return made.map((one) => one.id).sort();
};

async function subscribe(raw: Raw, cursors: { tenant: string; seq: number }[], ref = 2) {
  raw.send({ type: 'subscribe', ref, cursors });
  await raw.until('accepted');
}

async function snapshot(raw: Raw, tenant: string) {
  const ids: string[] = [];
  for (let page = 0; ; page++) {
    const came = await raw.until('snapshot');
    expect(came).toMatchObject({ tenant, page });
    ids.push(...came.holds.map((hold) => hold.request.id));
    if (!came.more) return { seq: came.seq, ids };
  }
}

/** No event and no snapshot comes any more; a checkpoint may, whenever the log has grown. */
const nothingMore = async (raw: Raw) => {
  raw.send({ type: 'ping', at: 1 });
  let came = await raw.next();
  while (came.type === 'checkpoint') came = await raw.next();
  expect(came.type).toBe('pong');
};

describe('the stream', () => {
  test('begins with a snapshot in pages, then every event', async () => {
    const ids = holdSome('acme', 70);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, []);
    expect(await snapshot(raw, 'acme')).toEqual({ seq: 70, ids });
    holdSome('acme', 3);
    rig.desk.alarm('acme');
    for (let seq = 71; seq <= 74; seq++)
      expect(await raw.until('event')).toMatchObject({ tenant: 'acme', seq });
    await nothingMore(raw);
  });

  test('resumes after the cursor, exactly', async () => {
    holdSome('acme', 30);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [{ tenant: 'acme', seq: 20 }]);
    for (let seq = 21; seq <= 30; seq++) expect(await raw.next()).toMatchObject({ type: 'event', seq });
    await nothingMore(raw);
    await subscribe(raw, [{ tenant: 'acme', seq: 29 }], 3);
    expect(await raw.next()).toMatchObject({ type: 'event', seq: 30 });
    await nothingMore(raw);
  });

  test('sends a snapshot when the sequence does not reach back, or is behind the cursor', async () => {
    const ids = holdSome('acme', 10);
    rig.desk.prune('acme', 5);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [{ tenant: 'acme', seq: 4 }]);
    expect(await snapshot(raw, 'acme')).toEqual({ seq: 10, ids });
    await subscribe(raw, [{ tenant: 'acme', seq: 11 }], 3);
    expect(await snapshot(raw, 'acme')).toEqual({ seq: 10, ids });
    await subscribe(raw, [{ tenant: 'acme', seq: 5 }], 4);
    expect(await raw.next()).toMatchObject({ type: 'event', seq: 6 });
  });

  test('a tenant that nobody knows: an empty snapshot for a cursor, nothing for none', async () => {
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [{ tenant: 'gone', seq: 3 }]);
    expect(await snapshot(raw, 'gone')).toEqual({ seq: 0, ids: [] });
    await nothingMore(raw);
    holdSome('new', 1);
    expect(await raw.next()).toMatchObject({ type: 'event', tenant: 'new', seq: 1 });
  });

  test('nothing comes before a subscribe', async () => {
    const { raw } = await seatRaw(rig, world.people.ana);
    holdSome('acme', 3);
    await nothingMore(raw);
  });

  test('a sequence with a hole at the desk is never sent on: a snapshot mends it', async () => {
    holdSome('acme', 6);
    rig.desk.disk.lines.get('acme')!.events.splice(2, 1);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [{ tenant: 'acme', seq: 0 }]);
    expect(await raw.next()).toMatchObject({ seq: 1 });
    expect(await raw.next()).toMatchObject({ seq: 2 });
    expect(await raw.next()).toMatchObject({ type: 'snapshot', page: 0 });
    expect(rig.lines.some((line) => line.message === 'the sequence has a gap')).toBe(true);
  });

  test('a hold that no message has room for becomes an alarm in its place', async () => {
    const big = request('acme');
    const facts = Object.fromEntries(Array.from({ length: 600 }, (_v, i) => [`f${i}`, 'x'.repeat(2000)]));
    rig.desk.hold({ ...big, findings: [{ gate: 'release', result: 'fail', code: 'x', facts }] });
    const small = holdSome('acme', 1);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [{ tenant: 'acme', seq: 0 }]);
    expect(await raw.next()).toMatchObject({
      seq: 1,
      event: { event: 'alarm', code: 'message_too_large', about: big.id },
    });
    expect(await raw.next()).toMatchObject({ seq: 2, event: { event: 'hold' } });
    await subscribe(raw, [], 3);
    expect(await snapshot(raw, 'acme')).toEqual({ seq: 2, ids: small });
  });

  test('pages of large holds stay under the limit', async () => {
    const facts = Object.fromEntries(Array.from({ length: 50 }, (_v, i) => [`f${i}`, 'x'.repeat(2000)]));
    for (let i = 0; i < 40; i++) {
      rig.desk.hold({
        ...request('acme'),
        findings: [{ gate: 'release', result: 'fail', code: 'x', facts }],
      });
    }
    const { raw } = await seatRaw(rig, world.people.ana);
    let longest = 0;
    raw.ws.on('message', (data: Buffer) => (longest = Math.max(longest, data.length)));
    await subscribe(raw, []);
    expect((await snapshot(raw, 'acme')).ids.length).toBe(40);
    expect(longest).toBeLessThan(LARGEST_MESSAGE / 2);
  });

  test('a busy tenant does not starve another', async () => {
    holdSome('acme', 400);
    holdSome('beta', 1);
    const { raw } = await seatRaw(rig, world.people.ana);
    await subscribe(raw, [
      { tenant: 'acme', seq: 0 },
      { tenant: 'beta', seq: 0 },
    ]);
    for (let i = 0; i < 8; i++) {
      const came = await raw.until('event');
      if (came.tenant === 'beta') return;
    }
    throw new Error('beta waited for all of acme');
  });

  test('heartbeats: a silent Console is gone, one that answers stays', async () => {
    const own = await startRig({ world, limits: { heartbeat: 20 } });
    const silent = await seatRaw(own, world.people.ana);
    const alive = await seatRaw(own, world.people.ben);
    alive.raw.ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as { type: string; at: number };
      if (message.type === 'ping') alive.raw.send({ type: 'pong', at: message.at });
    });
    expect((await silent.raw.closed).code).toBe(closeCodes.timed_out);
    await sleep(150);
    expect(own.feed.counts()).toMatchObject({ links: 1, seated: 1 });
    await own.close();
  });

  test("another replica's commits are found by the heartbeat, without a hint", async () => {
    const own = await startRig({ world, desk: new ModelDesk(), limits: { heartbeat: 20 } });
    const replica = new ModelDesk(own.desk.disk);
    const { raw } = await seatRaw(own, world.people.ana);
    await subscribe(raw, []);
    replica.hold(request('acme'));
    expect(await raw.until('event')).toMatchObject({ tenant: 'acme', seq: 1 });
    expect((await raw.until('checkpoint')).checkpoint).toContain('\n1\n');
    await own.close();
  });
});

describe('a slow consumer', () => {
  test(
    'of 10,000 events keeps less than 8 MiB waiting in the Signer, and gets them all',
    { timeout: 120_000 },
    async () => {
      holdSome('acme', 10_000);
      const total = Buffer.byteLength(JSON.stringify(rig.desk.disk.lines.get('acme')!.events));
      expect(total).toBeGreaterThan(8 * 1024 * 1024); // else the test would show nothing
      const { raw } = await seatRaw(rig, world.people.ana);
      raw.ws.pause();
      raw.send({ type: 'subscribe', ref: 2, cursors: [{ tenant: 'acme', seq: 0 }] });
      const heap = process.memoryUsage().external;
      let most = 0;
      for (let i = 0; i < 50; i++) {
        await sleep(10);
        most = Math.max(most, rig.feed.counts().waiting);
      }
      console.log(
        `waiting for a Console that does not read: ${most} bytes of ${total}; external ${process.memoryUsage().external - heap}`,
      );
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan(8 * 1024 * 1024);
      raw.ws.resume();
      for (let seq = 1; seq <= 10_000; seq++) expect((await raw.until('event')).seq).toBe(seq);
    },
  );

  test('that never reads again is cut off', async () => {
    const own = await startRig({ world, limits: { heartbeat: 20 } });
    for (let i = 0; i < 4000; i++) own.desk.hold(request('acme'));
    const { raw } = await seatRaw(own, world.people.ana);
    raw.send({ type: 'subscribe', ref: 2, cursors: [{ tenant: 'acme', seq: 0 }] });
    raw.ws.pause();
    const beat = setInterval(() => raw.send({ type: 'ping', at: 1 }), 10);
    await expect.poll(() => own.feed.counts().links, { timeout: 25_000 }).toBe(0);
    clearInterval(beat);
    raw.ws.terminate();
    await own.close();
  });
});
