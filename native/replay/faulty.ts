// A HID connection that fails on purpose at one packet: the same interface, one fault.
import type { HidConnection, HidDevice } from '../ctaphid/connection.ts';

/** What goes wrong. `mutate` changes a packet; `stall` never delivers anything again; `unplug` breaks the connection. */
export type HidFault =
  | { readonly kind: 'drop' | 'stall' | 'truncate' | 'unplug' | 'duplicate' }
  | { readonly kind: 'mutate'; readonly change: (packet: Uint8Array) => Uint8Array };

/** Where: the packet's number, from 0, among those written or those read. `every` lets it hit all from there on. */
export interface FaultPlan {
  readonly side: 'write' | 'read';
  readonly at: number;
  readonly every?: boolean;
  readonly fault: HidFault;
}

interface Line {
  broken: boolean;
  stalled: boolean;
  written: number;
  read: number;
  again: Uint8Array | undefined;
}

const sleep = (ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms);
  });

const hits = (plan: FaultPlan, side: 'write' | 'read', count: number): boolean =>
  plan.side === side && (plan.every ? count >= plan.at : count === plan.at);

function applied(fault: HidFault, packet: Uint8Array, line: Line): Uint8Array | undefined {
  switch (fault.kind) {
    case 'drop':
      return undefined;
    case 'stall':
      line.stalled = true;
      return undefined;
    case 'unplug':
      line.broken = true;
      throw new Error('the device is gone');
    case 'truncate':
      return packet.subarray(0, Math.floor(packet.length / 2));
    case 'duplicate':
      line.again = packet.slice();
      return packet;
    case 'mutate':
      return fault.change(packet.slice());
  }
}

/** Wraps a connection. Writes are counted and changed without their report id. */
export function faulty(inner: HidConnection, plan: FaultPlan): HidConnection {
  const line: Line = { broken: false, stalled: false, written: 0, read: 0, again: undefined };
  const whole = (): void => {
    if (line.broken) throw new Error('the device is gone');
  };
  return {
    async write(report) {
      whole();
      const hit = hits(plan, 'write', line.written++);
      const packet = hit ? applied(plan.fault, report.subarray(1), line) : report.subarray(1);
      if (packet && !line.stalled) {
        const sent = new Uint8Array(report.length);
        sent.set(packet.subarray(0, report.length - 1), 1);
        await inner.write(sent);
      }
      return report.length;
    },
    async read(timeoutMs) {
      whole();
      const { again } = line;
      line.again = undefined;
      if (again) return again;
      const packet = line.stalled ? await sleep(timeoutMs) : await inner.read(timeoutMs);
      if (!packet || packet.length === 0) return undefined;
      return hits(plan, 'read', line.read++) ? applied(plan.fault, packet, line) : packet;
    },
    close: () => inner.close(),
  };
}

/** A device whose connections all have the fault. */
export function faultyDevice(inner: HidDevice, plan: FaultPlan): HidDevice {
  const { path, product, virtual, serial, reportSize } = inner;
  return { path, product, virtual, serial, reportSize, open: async () => faulty(await inner.open(), plan) };
}
