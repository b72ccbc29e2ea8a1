// The Console's copy of bypass grants: durable, whole after a restart, and no word of the Signer's against an earlier one.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/predicate/granted.ts';
import type { Granted, Resynced } from '../../../core/stage/stages.ts';
import { openGrants, type GrantStore } from '../../../main/bypass/grants.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder, seatAt, until } from '../../support/seat.ts';
import { NOW, makeWorld, samplePayload } from '../../support/world.ts';
import '../../support/matchers.ts';

const id = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;

const grant = (n: number, change: Partial<Grant> = {}): Grant => ({
  id: id(n),
  requestId: `01ARZ3NDEKTSV4RRFFQ69G5F${String(n).padStart(2, '0')}`,
  tenant: 'acme',
  predicateTypes: ['https://cyclonedx.org/bom'],
  count: 5,
  used: 0,
  from: NOW,
  until: '2026-11-23T12:30:00.000Z',
  cause: 'licensing is down',
  raisedBy: 'ops@acme',
  approvedBy: ['ana', 'ben'],
  state: 'live',
  why: null,
  endedBy: null,
  endedAt: null,
  ...change,
});
const over = (n: number, change: Partial<Grant> = {}): Grant =>
  grant(n, { state: 'ended', why: 'revoked', endedBy: 'cai', endedAt: NOW, ...change });
const told = (one: Grant, seq = 1): Granted => ({ stage: 'granted', tenant: one.tenant, seq, grant: one });
const snapshot = (...grants: Grant[]): Resynced => ({
  stage: 'resynced',
  tenant: 'acme',
  seq: 1,
  holds: [],
  grants,
});

describe('the store', () => {
  let dir: string;
  let store: GrantStore;
  const open = () => openGrants({ dir, crypto: nodeCrypto });
  beforeEach(async () => {
    dir = newFolder();
    store = await open();
  });

  test('is on disk when it answers, and the same after a restart', async () => {
    let changes = 0;
    store.onChange(() => (changes += 1));
    await store.receive(told(grant(1)));
    await store.receive(told(grant(1, { used: 2 })));
    await store.receive(told(over(2)));
    expect(changes).toBe(3);
    const again = await open();
    expect(again.list()).toEqual([grant(1, { used: 2 }), over(2)]);
    expect(again.list()).toEqual(store.list());
    expect(again.lost).toBeNull();
  });

  test('what was told before changes nothing, and writes nothing', async () => {
    await store.receive(told(over(1, { used: 3 })));
    let changes = 0;
    store.onChange(() => (changes += 1));
    for (const old of [grant(1), grant(1, { used: 3 }), over(1, { used: 3 })])
      expect(await store.receive(told(old))).toEqual([]);
    expect(changes).toBe(0);
  });

  test.each<[string, Grant, Grant]>([
    ['more than was granted', grant(1), grant(1, { count: 50 })],
    ['more time', grant(1), grant(1, { until: '2026-11-23T20:00:00.000Z' })],
    ['other officers', grant(1), grant(1, { approvedBy: ['eve'] })],
    ['another scope', grant(1), grant(1, { predicateTypes: ['https://slsa.dev/provenance/v1'] })],
    ['an end that was none', over(1), grant(1, { used: 1 })],
    ['another end', over(1), over(1, { why: 'expired' })],
    ['more spent after the end', over(1), over(1, { used: 4 })],
  ])('refuses %s, and names the grant', async (_, first, second) => {
    await store.receive(told(first));
    expect(await store.receive(told(second))).toEqual([id(1)]);
    expect(await store.receive(snapshot(second))).toEqual([id(1)]);
    expect(store.get(id(1))).toEqual(first);
  });

  test('a snapshot is all that its tenant has in force, and says nothing of others', async () => {
    const beta = grant(9, { tenant: 'beta' });
    for (const one of [grant(1), over(2), beta]) await store.receive(told(one));
    await store.receive(snapshot(grant(3)));
    expect(
      store
        .list()
        .map((one) => one.id)
        .sort(),
    ).toEqual([id(2), id(3), id(9)]);
  });

  test('keeps the newest of those that are over, and all that are in force', async () => {
    const many = Array.from({ length: 80 }, (_, n) =>
      over(n, { from: new Date(Date.parse(NOW) + n * 1000).toISOString() }),
    );
    for (const one of many) await store.receive(told(one));
    await store.receive(told(grant(99)));
    expect(store.list()).toHaveLength(65);
    expect(store.list()[0]).toEqual(grant(99));
    expect(store.get(id(0))).toBeUndefined();
  });

  test('a file that was damaged is not believed, and stops nobody', async () => {
    await store.receive(told(grant(1)));
    const path = join(dir, 'grants.json');
    const bytes = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ by;
        await writeFile(path, bad);
        const opened = await open();
        expect(opened.lost).not.toBeNull();
        expect(opened.list()).toEqual([]);
      }),
      { numRuns: 50 },
    );
    await writeFile(path, bytes.subarray(0, 20));
    const opened = await open();
    await opened.receive(snapshot(grant(1)));
    expect((await open()).list()).toEqual([grant(1)]);
  });

  test('in any order of what comes, nothing that was spent comes back and no end is undone', async () => {
    const arrival = fc
      .record({ n: fc.nat(2), used: fc.nat(5), ended: fc.boolean(), whole: fc.boolean() })
      .map(({ n, used, ended, whole }) => {
        const one = (ended ? over : grant)(n, { used });
        return whole ? snapshot(one) : told(one);
      });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 20 }), async (arrivals) => {
        dir = newFolder();
        const fresh = await open();
        for (const one of arrivals) {
          const before = new Map(fresh.list().map((g) => [g.id, g]));
          await fresh.receive(one);
          for (const now of fresh.list()) {
            const was = before.get(now.id);
            expect(now.used).toBeGreaterThanOrEqual(was?.used ?? 0);
            if (was?.state === 'ended') expect(now).toEqual(was);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a Console', () => {
  const world = makeWorld();
  const { ana } = world.people;

  test('follows grants, shows them after a restart, and takes one back', async () => {
    const signer = new FakeSigner(world);
    const first = await seatAt(signer, ana);
    signer.hold(samplePayload());
    signer.tellGrant(grant(1));
    signer.tellGrant(grant(1, { used: 1 }));
    await until(() => first.console.grants()[0]?.used === 1, 'the grant');
    expect(first.events).toContainEqual({ event: 'grants' });
    await first.console.close();

    const { console, events } = await seatAt(signer, ana, first.dataDir);
    expect(console.grants()).toEqual([grant(1, { used: 1 })]);
    await console.revokeGrant(id(1), 'the service is back');
    expect(signer.revoked).toEqual([{ officer: 'ana', grant: id(1), reason: 'the service is back' }]);
    await until(() => console.grants()[0]?.state === 'ended', 'the end');
    expect(events.filter(({ event }) => event === 'grants').length).toBeGreaterThan(0);
    const journal = console.journal.records().map(({ entry }) => entry);
    expect(journal).toContainEqual({ event: 'revoking', grant: id(1), reason: 'the service is back' });
    expect(journal).toContainEqual({ event: 'revoked', grant: id(1), code: null });
    await expect(console.revokeGrant(id(7), 'x')).toRejectCode('not_found');
    await console.close();
  });

  test('raises an alarm when the Signer contradicts itself, and writes down what was refused', async () => {
    const signer = new FakeSigner(world);
    const { console, events, link } = await seatAt(signer, ana);
    signer.tellGrant(grant(1));
    signer.tellGrant(grant(1, { count: 99 }));
    await until(() => events.some((one) => one.event === 'alarm'), 'the alarm');
    expect(events).toContainEqual({ event: 'alarm', code: 'grant_differs', about: id(1) });
    expect(console.grants()).toEqual([grant(1)]);
    link.twist = { revokeGrant: () => Promise.reject(new Error('gone')) };
    await expect(console.revokeGrant(id(1), 'x')).rejects.toThrow('gone');
    expect(console.journal.records().map(({ entry }) => entry)).toContainEqual({
      event: 'revoked',
      grant: id(1),
      code: 'internal',
    });
    await console.close();
  });
});
