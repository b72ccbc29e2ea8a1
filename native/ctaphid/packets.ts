// Packets over a connection: whole reports out, and in with slices short enough that a cancel is seen at once.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { HidConnection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { toPacket, toReports, type Packet } from './frame.ts';

const SLICE_MS = 50;
// A device that never stops talking must not keep the process from its timers and messages.
const BREATHE_EVERY = 64;

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Sends and receives packets; a rejection of the connection becomes DeviceFault `device_gone`. */
export class Packets {
  readonly #connection: HidConnection;
  readonly #reportSize: number;
  #reads = 0;

  constructor(connection: HidConnection, reportSize: number) {
    this.#connection = connection;
    this.#reportSize = reportSize;
  }

  /** Sends a message. */
  async send(cid: number, command: number, payload: Uint8Array): Promise<void> {
    for (const report of toReports(cid, command, payload, this.#reportSize)) {
      const withId = new Uint8Array(report.length + 1);
      withId.set(report, 1);
      await this.#guard(() => this.#connection.write(withId));
      withId.fill(0);
    }
  }

  /** The next packet, or undefined when none came by the deadline or `stop` says to look up. */
  async next(deadline: Deadline, stop: () => boolean): Promise<Packet | undefined> {
    while (!deadline.passed && !stop()) {
      const report = await this.#guard(() =>
        this.#connection.read(Math.ceil(Math.min(SLICE_MS, deadline.left()))),
      );
      if (++this.#reads % BREATHE_EVERY === 0) await breathe();
      if (report === undefined || report.length === 0) continue;
      const packet = toPacket(report);
      if (packet) return packet;
    }
    return undefined;
  }

  /** Closes; a device that is gone already is closed. */
  async close(): Promise<void> {
    try {
      await this.#connection.close();
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
    }
  }

  async #guard<T>(io: () => Promise<T>): Promise<T> {
    try {
      return await io();
    } catch (cause) {
      if (cause instanceof DeviceFault) throw cause;
      throw new DeviceFault('device_gone', 'the HID connection broke', undefined, cause);
    }
  }
}
