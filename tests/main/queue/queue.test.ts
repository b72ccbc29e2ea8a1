// The queue: duplicates and disorder are harmless, endings leave, and closing or crashing loses nothing.
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { holdStates, isEnded, type HoldState } from '../../../core/hold/hold.ts';
import { RECORD_TYPE } from '../../../core/log/record.ts';
import type { Arrival, HoldSnapshot } from '../../../core/stage/stages.ts';
import { openQueue, type Queue, type QueueChange } from '../../../main/queue/queue.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { makeRequest, makeWorld, NOW, samplePayload } from '../../support/world.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'queue-'));
  return () => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(`${dir}-copy`, { recursive: true, force: true });
  };
});

/** The directory as a crash at this moment would leave it. */
function copied(): string {
  const copy = `${dir}-copy`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(dir, copy, { recursive: true });
  return copy;
}

const world = makeWorld();
const payload = samplePayload();
const ids = Array.from({ length: 6 }, () => makeRequest(world, payload));

function hold(which: number, tenant: string, state: HoldState = 'waiting'): HoldSnapshot {
  const request = { ...ids[which % ids.length]!, tenant };
  const { id: requestId, payloadDigest } = request;
  const record = {
    _type: RECORD_TYPE,
    at: NOW,
    event: 'held',
    tenant,
    requestId,
    requestDigest: payloadDigest,
    payloadDigest,
  } as const;
  return {
    request,
    state,
    code: null,
    held: { index: which, salt: Buffer.alloc(32).toString('base64url'), record },
    decisions: [],
  };
}

const openIn = (where: string, linesPerState?: number): Promise<Queue> =>
  openQueue({
    dir: where,
    crypto: nodeCrypto,
    now: () => new Date(NOW),
    ...(linesPerState ? { linesPerState } : {}),
  });

const seen = (queue: Queue) => ({
  queued: queue.list().map((one) => [one.requestId, one.tenant, one.hold.state]),
  cursors: [...queue.cursors()].sort((a, b) => (a.tenant < b.tenant ? -1 : 1)),
});

const tenant = fc.constantFrom('acme', 'beta');
const arrival: fc.Arbitrary<Arrival> = fc.oneof(
  fc
    .record({
      stage: fc.constant('received' as const),
      tenant,
      seq: fc.integer({ min: 1, max: 12 }),
      which: fc.nat(5),
      state: fc.constantFrom(...holdStates),
    })
    .map(({ stage, tenant, seq, which, state }) => ({
      stage,
      tenant,
      seq,
      hold: hold(which, tenant, state),
    })),
  fc.record({
    stage: fc.constant('alarmed' as const),
    tenant,
    seq: fc.integer({ min: 1, max: 12 }),
    code: fc.constant('x'),
    about: fc.constant('y'),
  }),
  fc
    .record({
      stage: fc.constant('resynced' as const),
      tenant,
      seq: fc.integer({ min: 0, max: 12 }),
      which: fc.uniqueArray(fc.nat(5)),
    })
    .map(({ stage, tenant, seq, which }) => ({
      stage,
      tenant,
      seq,
      holds: which.map((w) => hold(w, tenant)),
      grants: [],
    })),
);

/** The queue as plainly as it can be said. */
class Model {
  readonly cursors = new Map<string, number>();
  readonly queued = new Map<string, [string, string, HoldState]>();

  take(came: Arrival): void {
    if (came.stage !== 'resynced' && came.seq !== (this.cursors.get(came.tenant) ?? 0) + 1) return;
    this.cursors.set(came.tenant, came.seq);
    if (came.stage === 'resynced') {
      for (const [id, entry] of this.queued) if (entry[1] === came.tenant) this.queued.delete(id);
      for (const one of came.holds) this.#put(came.tenant, one);
    }
    if (came.stage === 'received') this.#put(came.tenant, came.hold);
  }

  #put(tenant: string, { request, state }: HoldSnapshot): void {
    if (isEnded(state)) this.queued.delete(request.id);
    else this.queued.set(request.id, [request.id, tenant, state]);
  }

  seen() {
    return {
      queued: [...this.queued.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1)),
      cursors: [...this.cursors]
        .map(([tenant, seq]) => ({ tenant, seq }))
        .sort((a, b) => (a.tenant < b.tenant ? -1 : 1)),
    };
  }
}

describe('the queue', () => {
  test('is its model, after any arrivals, with restarts and whole states in between', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(arrival, fc.nat(9)), { maxLength: 40 }), async (arrivals) => {
        const where = join(dir, String(run++));
        const model = new Model();
        let queue = await openIn(where, 5);
        for (const [came, chance] of arrivals) {
          await queue.receive(came);
          model.take(came);
          expect(seen(queue)).toEqual(model.seen());
          if (chance > 0) continue;
          await queue.close();
          queue = await openIn(where, 5);
          expect(queue.found).toEqual({ torn: 0, lost: null });
          expect(seen(queue)).toEqual(model.seen());
        }
        await queue.close();
      }),
      { numRuns: count(300) },
    );
  });

  test('applied twice, or in any disorder with the right order behind it, ends the same', async () => {
    const right: Arrival[] = ['waiting', 'waiting', 'quorate', 'signed', 'waiting'].map((state, i) => ({
      stage: 'received',
      tenant: 'acme',
      seq: i + 1,
      hold: hold(i % 3, 'acme', state as HoldState),
    }));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...right), { maxLength: 12 }), async (noise) => {
        const model = new Model();
        for (const one of right) model.take(one);
        const queue = await openIn(join(dir, `n${run++}`));
        for (const one of [...noise, ...right]) await queue.receive(one);
        expect(seen(queue)).toEqual(model.seen());
        await queue.close();
      }),
      { numRuns: count(200) },
    );
  });

  test('cut anywhere in its file by a crash: what was acknowledged before that byte is there', async () => {
    const queue = await openIn(dir);
    const states: { size: number; seen: ReturnType<typeof seen> }[] = [{ size: 0, seen: seen(queue) }];
    const file = () => readdirSync(dir).find((name) => name.endsWith('.lines'))!;
    for (let seq = 1; seq <= 4; seq++) {
      await queue.receive({ stage: 'received', tenant: 'acme', seq, hold: hold(seq, 'acme') });
      states.push({ size: statSync(join(dir, file())).size, seen: seen(queue) });
    }
    await queue.close();
    const last = states.at(-1)!;
    for (let cut = 0; cut <= last.size; cut += 29) {
      const copy = copied();
      truncateSync(join(copy, file()), cut);
      const again = await openIn(copy);
      const expected = states.filter((one) => one.size <= cut).at(-1)!;
      expect(seen(again)).toEqual(expected.seen);
      expect(again.found).toEqual({ torn: cut - expected.size, lost: null });
      await again.close();
    }
  });

  test.each(['queue.json', '.lines'])(
    'a flipped bit anywhere in %s is found: the queue begins anew and says so',
    async (name) => {
      const queue = await openIn(dir, 2);
      for (let seq = 1; seq <= 3; seq++)
        await queue.receive({ stage: 'received', tenant: 'acme', seq, hold: hold(seq, 'acme') });
      await queue.close();
      const path = join(
        dir,
        readdirSync(dir).find((one) => one.endsWith(name))!,
      );
      const good = readFileSync(path);
      for (let at = 0; at < good.length - 1; at += 41) {
        const copy = copied();
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ 0x20;
        writeFileSync(path.replace(dir, copy), bad);
        const again = await openIn(copy);
        expect(again.found.lost, `byte ${at}`).not.toBeNull();
        expect(seen(again)).toEqual({ queued: [], cursors: [] });
        await again.receive({ stage: 'resynced', tenant: 'acme', seq: 3, holds: [hold(1, 'acme')] });
        await again.close();
        const third = await openIn(copy);
        expect(third.list().length).toBe(1);
        await third.close();
      }
    },
  );

  test('keeps when each request first came, through changes, snapshots and restarts', async () => {
    let at = Date.parse(NOW);
    const options = { dir, crypto: nodeCrypto, now: () => new Date(at) };
    let queue = await openQueue(options);
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 1, hold: hold(1, 'acme') });
    at += 60_000;
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 2, hold: hold(1, 'acme', 'quorate') });
    await queue.receive({
      stage: 'resynced',
      tenant: 'acme',
      seq: 9,
      holds: [hold(1, 'acme'), hold(2, 'acme')],
    });
    await queue.close();
    queue = await openQueue(options);
    expect(queue.get(ids[1]!.id)?.receivedAt).toBe(NOW);
    expect(queue.get(ids[2]!.id)?.receivedAt).toBe('2026-11-23T12:01:00.000Z');
    await queue.close();
  });

  test('tells what changed and what left, until unsubscribed', async () => {
    const queue = await openIn(dir);
    const changes: QueueChange[] = [];
    const stop = queue.onChange((change) => changes.push(change));
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 1, hold: hold(1, 'acme') });
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 1, hold: hold(1, 'acme') });
    await queue.receive({ stage: 'alarmed', tenant: 'acme', seq: 2, code: 'x', about: 'y' });
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 3, hold: hold(1, 'acme', 'denied') });
    stop();
    await queue.receive({ stage: 'received', tenant: 'acme', seq: 4, hold: hold(2, 'acme') });
    const id = ids[1]!.id;
    expect(changes).toEqual([
      { revision: 1, changed: [id], left: [] },
      { revision: 2, changed: [], left: [id] },
    ]);
    await queue.close();
  });

  test('files are private', async () => {
    const queue = await openIn(join(dir, 'deep', 'queue'), 1);
    for (let seq = 1; seq <= 3; seq++)
      await queue.receive({ stage: 'alarmed', tenant: 'acme', seq, code: 'x', about: 'y' });
    await queue.close();
    const where = join(dir, 'deep', 'queue');
    expect(statSync(where).mode & 0o777).toBe(0o700);
    expect(readdirSync(where).length).toBe(2);
    for (const name of readdirSync(where)) expect(statSync(join(where, name)).mode & 0o777).toBe(0o600);
  });
});
