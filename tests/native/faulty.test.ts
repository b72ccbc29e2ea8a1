// One fault at each packet of a whole assertion, and noise in any packet: always one typed fault, never a hang.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { SecurityKey } from '../../native/ctap2/security-key.ts';
import type { HidDevice } from '../../native/ctaphid/connection.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import { faulty, faultyDevice, type FaultPlan, type HidFault } from '../../native/replay/faulty.ts';
import { recording, replaying, type Recorded } from '../../native/replay/recorded.ts';
import type { VirtualKey } from '../../native/virtual/virtual-key.ts';
import { count } from '../support/counts.ts';
import { PIN, RP, enrol, enrolledKey, knows, operation, random, sha256, use } from './devices.ts';

let key: VirtualKey;
let made: Awaited<ReturnType<typeof enrol>>;

const assertWith = (device: HidDevice, ms: number): Promise<{ counter: number }> => {
  const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
  const wanted = { rpId: RP, clientDataHash: sha256('x'), allow };
  return use(device, (each, op) => each.getAssertion(wanted, knows(PIN), op), ms);
};

/** How many packets one assertion takes in each direction. */
async function packets(): Promise<{ write: number; read: number }> {
  const tape: Recorded[] = [];
  await assertWith(recorded(key, tape), 5000);
  const number = (what: string): number => tape.filter((event) => event.do === what).length;
  return { write: number('write'), read: number('read') };
}

const recorded = (device: HidDevice, tape: Recorded[]): HidDevice => ({
  path: device.path,
  product: device.product,
  virtual: true,
  serial: undefined,
  reportSize: device.reportSize,
  open: async () => recording(await device.open(), tape),
});

async function outcome(plan: FaultPlan, ms: number): Promise<string> {
  const from = performance.now();
  const thrown: unknown = await assertWith(faultyDevice(key, plan), ms).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(performance.now() - from).toBeLessThan(ms + 1500);
  if (thrown === undefined) return 'ok';
  expect(thrown).toBeInstanceOf(DeviceFault);
  return (thrown as DeviceFault).code;
}

describe('a fault at every packet', () => {
  beforeEach(async () => {
    ({ key, made } = await enrolledKey());
  });

  const kinds: HidFault['kind'][] = ['unplug', 'drop', 'stall', 'truncate', 'duplicate'];
  test.each(kinds)(
    '%s: a typed fault each time, in time, and the next assertion is good',
    async (kind) => {
      const { write, read } = await packets();
      expect(write + read).toBeGreaterThan(15);
      const codes = new Set<string>();
      const boundaries = [
        ...Array.from({ length: write }, (_, at) => ({ side: 'write' as const, at })),
        ...Array.from({ length: read }, (_, at) => ({ side: 'read' as const, at })),
      ];
      for (const boundary of boundaries) {
        const code = await outcome(
          { ...boundary, fault: { kind } as HidFault },
          kind === 'unplug' ? 5000 : 120,
        );
        codes.add(code);
        // a touch may have been taken and its answer lost: the counter says so, and the next assertion still works
        expect((await assertWith(key, 5000)).counter).toBeGreaterThan(0);
      }
      if (kind === 'unplug') expect([...codes]).toEqual(['device_gone']);
      else
        expect(
          [...codes].every((code) =>
            [
              'ok',
              'deadline',
              'malformed_reply',
              'ctaphid_error',
              'ctap_status',
              'device_busy',
              'pin_invalid',
              'device_unsuitable',
            ].includes(code),
          ),
          [...codes].join(),
        ).toBe(true);
    },
    60_000,
  );

  test('noise in any packet: no uncaught exception, no hang, never a wrong answer', async () => {
    const { write, read } = await packets();
    let good = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('write' as const, 'read' as const),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (side, where, changes, every) => {
          const change = (packet: Uint8Array): Uint8Array => {
            for (const [at, value] of changes) packet[at] = value;
            return packet;
          };
          const at = where % (side === 'write' ? write : read);
          const code = await outcome({ side, at, every, fault: { kind: 'mutate', change } }, 60);
          if (code === 'ok') good++;
          if (code === 'pin_auth_blocked' || code === 'pin_blocked' || code === 'pin_invalid') {
            key.unplug();
            key.plug();
          }
          await assertWith(key, 5000);
        },
      ),
      { numRuns: count(2000) },
    );
    console.log(`of ${count(2000)} mutated assertions ${good} were good all the same`);
  }, 600_000);

  test('mutated frames straight into a fresh channel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 0, maxLength: 64 }), { maxLength: 12 }),
        async (frames) => {
          const connection = {
            write: async (report: Uint8Array) => report.length,
            read: async () => frames.shift(),
            close: async () => undefined,
          };
          const device = {
            path: 'noise',
            product: 'noise',
            virtual: true,
            serial: undefined,
            reportSize: 64,
          };
          const job = SecurityKey.use(
            { ...device, open: async () => connection },
            random,
            operation(5),
            async () => undefined,
          );
          await expect(job).rejects.toBeInstanceOf(DeviceFault);
        },
      ),
      { numRuns: count(10_000) },
    );
  }, 600_000);

  test('what was recorded replays to the byte, and a difference is seen', async () => {
    // a source that repeats itself, so that the same session can be had twice
    const source = () => {
      let n = 0;
      return (length: number): Uint8Array => {
        n++;
        return sha256(`seed ${n}`).length >= length
          ? sha256(`seed ${n}`).subarray(0, length)
          : random(length);
      };
    };
    const tape: Recorded[] = [];
    const summary = (device: HidDevice) => {
      const op = operation();
      return SecurityKey.use(device, source(), op, (each) => each.summary(op));
    };
    const first = await summary(recorded(key, tape));
    const again = (events: readonly Recorded[]) =>
      summary({ ...recorded(key, []), open: async () => replaying(events) });
    expect(await again(tape)).toEqual(first);
    const changed = tape.map((event) =>
      event.do === 'write' ? { ...event, hex: event.hex.replace(/0+$/, '1') } : event,
    );
    await expect(again(changed)).toRejectCode('device_gone');
    await expect(again(tape.slice(0, 3))).toRejectCode('device_gone');
  });

  test('a dead connection stays dead, and closing it twice is nothing', async () => {
    const connection = faulty(await key.open(), { side: 'write', at: 0, fault: { kind: 'unplug' } });
    await expect(connection.write(new Uint8Array(65))).rejects.toThrow('gone');
    await expect(connection.read(5)).rejects.toThrow('gone');
    await connection.close();
    await connection.close();
  });
});
