// CTAPHID packets: how many there are, what is refused, and that cutting and joining are each other's inverse.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Assembly, Command, capacity, toPacket, toReports } from '../../native/ctaphid/frame.ts';
import { count } from '../support/counts.ts';

const join = (reports: readonly Uint8Array[]): Uint8Array | undefined => {
  let assembly: Assembly | undefined;
  for (const report of reports) {
    const packet = toPacket(report);
    if (packet?.kind === 'init') assembly = new Assembly(packet);
    else if (packet) expect(assembly?.add(packet)).toBe(true);
  }
  return assembly?.message;
};

describe('CTAPHID packets', () => {
  test.each([
    [0, 1],
    [57, 1],
    [58, 2],
    [116, 2],
    [117, 3],
    [7609, 129],
  ])('a message of %i bytes is %i packets of 64 bytes', (length, packets) => {
    const reports = toReports(7, Command.CBOR, new Uint8Array(length).fill(0xa5));
    expect(reports.length).toBe(packets);
    expect(reports.every((report) => report.length === 64)).toBe(true);
    expect(reports[0]?.subarray(0, 7)).toEqual(Uint8Array.of(0, 0, 0, 7, 0x90, length >> 8, length & 0xff));
    expect(reports.slice(1).map((report) => report[4])).toEqual(
      Array.from({ length: packets - 1 }, (_, at) => at),
    );
  });

  test('7610 bytes are refused before anything is written', () => {
    expect(capacity(64)).toBe(7609);
    expect(() => toReports(7, Command.CBOR, new Uint8Array(7610))).toThrowCode('device_unsuitable');
  });

  test('what does not fill a packet is zero', () => {
    expect(
      toReports(7, Command.PING, Uint8Array.of(1))[0]
        ?.subarray(8)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  test('messages come together again, for reports of any size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 7609 }), fc.constantFrom(32, 64, 1024), (message, size) => {
        fc.pre(message.length <= capacity(size));
        expect(join(toReports(1, Command.CBOR, message, size))).toEqual(message);
      }),
      { numRuns: count(1000) },
    );
  });

  test('a packet that is missing, doubled or swapped is found', () => {
    const reports = toReports(1, Command.CBOR, new Uint8Array(300).fill(1)).map((report) => toPacket(report));
    const [first, ...rest] = reports;
    if (first?.kind !== 'init') throw new Error('no first packet');
    const orders = [
      [1, 2, 3],
      [0, 0],
      [0, 2],
      [0, 1, 3],
    ];
    for (const order of orders) {
      const assembly = new Assembly(first);
      const taken = order.map((at) => {
        const packet = rest[at];
        return packet?.kind === 'cont' && assembly.add(packet);
      });
      expect(taken).toContain(false);
    }
  });
});
