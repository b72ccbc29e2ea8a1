// The small parts behind the window: payloads kept by digest, coalesced sending, notifications, a look at the desk.
import { describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceFault } from '../../../core/fault/fault.ts';
import { digestBytes } from '../../../core/json/digest.ts';
import { Changes } from '../../../main/app/changes.ts';
import { Hardware } from '../../../main/app/hardware.ts';
import { Notices } from '../../../main/app/notices.ts';
import { Payloads } from '../../../main/app/payloads.ts';
import type { Described } from '../../../main/devices/devices.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { until } from '../../support/seat.ts';

const payload = (seed: number, size = 100): Uint8Array => new Uint8Array(size).fill(seed);
const digestFor = (bytes: Uint8Array): string => digestBytes(nodeCrypto, bytes);

describe('payloads', () => {
  test('are fetched once, whoever asks meanwhile', async () => {
    let fetched = 0;
    const kept = new Payloads(nodeCrypto, async () => {
      fetched += 1;
      await sleep(5);
      return payload(1);
    });
    const digest = digestFor(payload(1));
    await Promise.all([kept.get('a', digest), kept.get('b', digest)]);
    await kept.get('c', digest);
    expect(fetched).toBe(1);
  });

  test('never take more room than there is; what was asked for longest ago goes', async () => {
    const fetched: string[] = [];
    const kept = new Payloads(
      nodeCrypto,
      (id) => {
        fetched.push(id);
        return Promise.resolve(payload(Number(id)));
      },
      300,
    );
    const get = (seed: number) => kept.get(String(seed), digestFor(payload(seed)));
    for (const seed of [1, 2, 3, 1, 4, 1, 2]) {
      await get(seed);
      expect(kept.bytes).toBeLessThanOrEqual(300);
    }
    expect(fetched).toEqual(['1', '2', '3', '4', '2']);
  });

  test('one larger than the room is handed on and not kept; a liar is refused and not kept', async () => {
    const large = new Payloads(nodeCrypto, () => Promise.resolve(payload(1, 500)), 300);
    await large.get('a', digestFor(payload(1, 500)));
    expect(large.bytes).toBe(0);
    const liar = new Payloads(nodeCrypto, () => Promise.resolve(payload(2)));
    await expect(liar.get('a', digestFor(payload(1)))).toRejectCode('payload_mismatch');
    expect(liar.bytes).toBe(0);
  });
});

describe('changes', () => {
  test('go out once for many, and a slow round makes the next one wait', async () => {
    const sent: string[] = [];
    const failures: unknown[] = [];
    const changes = new Changes<'queue' | 'status'>({
      send: (room) => {
        sent.push(room);
        if (room === 'status') throw new Error('mistake');
      },
      failed: (thrown) => failures.push(thrown),
    });
    for (let at = 0; at < 100; at += 1) changes.touch('status', 'queue');
    expect(sent).toEqual([]);
    await until(() => sent.length > 0);
    expect(sent).toEqual(['status', 'queue']);
    expect(failures).toHaveLength(1);
    changes.touch('queue');
    await sleep(20);
    expect(sent).toHaveLength(2);
    await until(() => sent.length === 3);
    changes.close();
    changes.touch('queue');
    await sleep(120);
    expect(sent).toHaveLength(3);
  });

  test('rest four times as long as a round took', async () => {
    let now = 0;
    const at: number[] = [];
    const changes = new Changes<'queue'>({
      clock: () => now,
      send: () => {
        at.push(performance.now());
        now += 60;
      },
      failed: () => undefined,
    });
    changes.touch('queue');
    await until(() => at.length === 1);
    changes.touch('queue');
    await until(() => at.length === 2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(200);
    changes.close();
  });
});

describe('notifications', () => {
  test('gather what comes together, show five in a minute, and the rest later', async () => {
    let now = 0;
    const shown: number[] = [];
    const clicked: (string | null)[] = [];
    const notices = new Notices({
      show: (count, click) => {
        shown.push(count);
        click();
      },
      clicked: (id) => clicked.push(id),
      wanted: () => true,
      clock: () => now,
    });
    notices.arrived(['a', 'b', 'c']);
    await until(() => shown.length === 1);
    for (let at = 0; at < 4; at += 1) {
      notices.arrived([`one${at}`]);
      await until(() => shown.length === at + 2);
    }
    expect(shown).toEqual([3, 1, 1, 1, 1]);
    expect(clicked).toEqual([null, 'one0', 'one1', 'one2', 'one3']);
    notices.arrived(['x']);
    now = 59_900;
    await sleep(600);
    notices.arrived(['y']);
    notices.ended('x');
    expect(shown).toHaveLength(5);
    now = 60_001;
    await until(() => shown.length === 6, 'the one that was put off');
    expect(clicked.at(-1)).toBe('y');
    notices.close();
  });

  test('are none where nobody wants them, and none of what has ended', async () => {
    const shown: number[] = [];
    const of = (wanted: boolean) =>
      new Notices({ show: (count) => shown.push(count), clicked: () => undefined, wanted: () => wanted });
    of(false).arrived(['a']);
    const notices = of(true);
    notices.arrived(['b']);
    notices.ended('b');
    await sleep(600);
    expect(shown).toEqual([]);
  });
});

describe('the desk', () => {
  const described = (products: readonly string[]): Described => ({
    keys: products.map((product, at) => ({
      device: { path: `p${at}`, product, virtual: true },
      info: null,
      fault: new DeviceFault('device_busy', product),
    })),
    tokens: [],
    faults: [],
  });

  test('is looked at again and again, and tells only what changed', async () => {
    let now = described(['a']);
    let looks = 0;
    let changes = 0;
    const hardware = new Hardware({
      describe: () => {
        looks += 1;
        return Promise.resolve(now);
      },
      changed: () => (changes += 1),
      failed: () => undefined,
      everyMs: 5,
    });
    expect(hardware.described).toBeNull();
    hardware.begin();
    await until(() => looks > 5);
    expect(changes).toBe(1);
    now = described(['a', 'b']);
    await until(() => changes === 2, 'the second key');
    expect(hardware.names()).toEqual(['a', 'b']);
    hardware.close();
    const before = looks;
    await sleep(50);
    expect(looks).toBeLessThanOrEqual(before + 1);
  });

  test('a look that fails is a mistake of ours, and the next one comes', async () => {
    const failures: unknown[] = [];
    const hardware = new Hardware({
      describe: () => Promise.reject(new Error('mistake')),
      changed: () => undefined,
      failed: (thrown) => failures.push(thrown),
      everyMs: 5,
    });
    hardware.begin();
    await until(() => failures.length > 2);
    hardware.close();
  });
});
