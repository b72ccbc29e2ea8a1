// The virtual key as a HID device: CTAPHID on the device's side (CTAP 2.1, 11.2), one transaction at a time.
import type { HidConnection, HidDevice } from '../ctaphid/connection.ts';
import type { Random } from '../ctaphid/channel.ts';
import type { Monotonic } from '../ctaphid/deadline.ts';
import {
  Assembly,
  BROADCAST,
  Command,
  REPORT_SIZE,
  capacity,
  toPacket,
  toReports,
  type Packet,
} from '../ctaphid/frame.ts';
import { Authenticator, CURRENT, type Profile } from './authenticator.ts';
import { Inbox } from './inbox.ts';
import { Say } from './failure.ts';
import { Store } from './store.ts';
import type { Presence } from './touch.ts';

const KEEPALIVE_MS = 100;
const PACKET_TIMEOUT_MS = 500;
/** How long a request for presence waits where nothing else was set. */
export const DEFAULT_TOUCH_MS = 30_000;
const Hid = {
  INVALID_CMD: 1,
  INVALID_LEN: 3,
  INVALID_SEQ: 4,
  MSG_TIMEOUT: 5,
  CHANNEL_BUSY: 6,
  INVALID_CHANNEL: 11,
} as const;
const WINK_AND_CBOR_NO_MSG = 0x01 | 0x04 | 0x08;

export interface VirtualKeyOptions {
  readonly path: string;
  readonly store: string;
  readonly presence: Presence;
  readonly random: Random;
  readonly clock: Monotonic;
  readonly name?: string | undefined;
  readonly serial?: string | undefined;
  readonly touchTimeoutMs?: number | undefined;
  readonly profile?: Profile;
  readonly reportSize?: number;
}

interface Receiving {
  readonly cid: number;
  readonly assembly: Assembly;
  readonly timer: ReturnType<typeof setTimeout>;
}

interface Executing {
  readonly cid: number;
  readonly cancel: AbortController;
}

/** A virtual security key. Every open connection sees every input report, as with a real hidraw device. */
export class VirtualKey implements HidDevice {
  readonly path: string;
  readonly product: string;
  readonly virtual = true;
  readonly serial: string | undefined;
  readonly reportSize: number;
  readonly #store: Store;
  readonly #authenticator: Authenticator;
  readonly #presence: Presence;
  readonly #touchTimeoutMs: number;
  readonly #inboxes = new Set<Inbox>();
  readonly #channels = new Set<number>();
  #lastChannel = 0;
  #receiving: Receiving | undefined;
  #executing: Executing | undefined;
  /** How often it was asked to blink. */
  winks = 0;
  plugged = true;

  constructor(options: VirtualKeyOptions) {
    this.path = options.path;
    this.product = `VIRTUAL ${options.name ?? 'security key'}`;
    this.serial = options.serial;
    this.reportSize = options.reportSize ?? REPORT_SIZE;
    this.#presence = options.presence;
    this.#touchTimeoutMs = options.touchTimeoutMs ?? DEFAULT_TOUCH_MS;
    this.#store = new Store(options.store);
    this.#authenticator = new Authenticator(
      this.#store,
      options.profile ?? CURRENT,
      options.random,
      options.clock,
    );
  }

  open(): Promise<HidConnection> {
    if (!this.plugged) return Promise.reject(new Error('no such device'));
    const inbox = new Inbox();
    this.#inboxes.add(inbox);
    return Promise.resolve({
      write: async (report) => {
        if (!this.plugged || inbox.broken) throw new Error('the device is gone');
        if (report.length !== this.reportSize + 1 || report[0] !== 0)
          throw new Error('a report of the wrong size');
        this.#take(Uint8Array.from(report.subarray(1)));
        return report.length;
      },
      read: (timeoutMs) => inbox.take(timeoutMs),
      close: async () => {
        inbox.end();
        this.#inboxes.delete(inbox);
      },
    });
  }

  /** Pulls it out: every connection breaks, what ran ends, what power kept is lost. */
  unplug(): void {
    this.plugged = false;
    this.#executing?.cancel.abort();
    this.#executing = undefined;
    this.#forget();
    this.#channels.clear();
    for (const inbox of this.#inboxes) inbox.breakOff();
    this.#inboxes.clear();
    this.#authenticator.powerCycle();
  }

  /** Silicon is where the key is: what it did in another machine meanwhile counts here. */
  plug(): void {
    if (!this.plugged) this.#store.reload();
    this.plugged = true;
  }

  #send(cid: number, command: number, payload: Uint8Array): void {
    for (const report of toReports(cid, command, payload, this.reportSize)) {
      for (const inbox of this.#inboxes) inbox.put(report.slice());
    }
  }

  #error(cid: number, code: number): void {
    this.#send(cid, Command.ERROR, Uint8Array.of(code));
  }

  #forget(): void {
    if (this.#receiving) clearTimeout(this.#receiving.timer);
    this.#receiving = undefined;
  }

  #take(report: Uint8Array): void {
    const packet = toPacket(report);
    if (!packet) return;
    if (packet.kind === 'init') this.#begin(packet);
    else this.#continue(packet);
  }

  #begin(packet: Extract<Packet, { kind: 'init' }>): void {
    const { cid, command } = packet;
    const known = this.#channels.has(cid);
    if (command === Command.INIT && (cid === BROADCAST || known)) return this.#init(packet);
    if (!known) return this.#error(cid, Hid.INVALID_CHANNEL);
    if (command === Command.CANCEL) {
      if (this.#executing?.cid === cid) this.#executing.cancel.abort();
      return;
    }
    if (this.#executing || (this.#receiving && this.#receiving.cid !== cid))
      return this.#error(cid, Hid.CHANNEL_BUSY);
    if (this.#receiving) {
      this.#forget();
      return this.#error(cid, Hid.INVALID_SEQ);
    }
    if (packet.length > capacity(this.reportSize)) return this.#error(cid, Hid.INVALID_LEN);
    this.#await(cid, new Assembly(packet));
  }

  #continue(packet: Extract<Packet, { kind: 'cont' }>): void {
    const receiving = this.#receiving;
    if (receiving?.cid !== packet.cid) return;
    this.#forget();
    if (receiving.assembly.add(packet)) this.#await(packet.cid, receiving.assembly);
    else this.#error(packet.cid, Hid.INVALID_SEQ);
  }

  /** Runs a message that is whole, or waits for the rest of it. */
  #await(cid: number, assembly: Assembly): void {
    const { message } = assembly;
    if (message) {
      void this.#run(cid, assembly.command, message);
      return;
    }
    const timer = setTimeout(() => {
      this.#forget();
      this.#error(cid, Hid.MSG_TIMEOUT);
    }, PACKET_TIMEOUT_MS);
    this.#receiving = { cid, assembly, timer };
  }

  #init(packet: Extract<Packet, { kind: 'init' }>): void {
    const busyElsewhere = this.#executing && this.#executing.cid !== packet.cid;
    if (busyElsewhere) return this.#error(packet.cid, Hid.CHANNEL_BUSY);
    if (packet.length !== 8) return this.#error(packet.cid, Hid.INVALID_LEN);
    if (this.#receiving?.cid === packet.cid) this.#forget();
    if (packet.cid !== BROADCAST) this.#abort();
    const cid = packet.cid === BROADCAST ? ++this.#lastChannel : packet.cid;
    this.#channels.add(cid);
    const reply = Buffer.alloc(17);
    reply.set(packet.data.subarray(0, 8));
    reply.writeUInt32BE(cid, 8);
    reply.set([2, 1, 0, 0, WINK_AND_CBOR_NO_MSG], 12);
    this.#send(packet.cid, Command.INIT, reply);
  }

  /** Ends what runs without an answer: INIT on the same channel starts afresh. */
  #abort(): void {
    this.#executing?.cancel.abort();
    this.#executing = undefined;
  }

  async #run(cid: number, command: number, message: Uint8Array): Promise<void> {
    if (command === Command.PING) return this.#send(cid, command, message);
    if (command === Command.WINK) {
      this.winks++;
      return this.#send(cid, command, new Uint8Array(0));
    }
    if (command !== Command.CBOR) return this.#error(cid, Hid.INVALID_CMD);
    if (message.length === 0) return this.#error(cid, Hid.INVALID_LEN);
    const executing = { cid, cancel: new AbortController() };
    this.#executing = executing;
    const reply = await this.#authenticator.handle(message, () => this.#touch(executing));
    if (this.#executing !== executing) return; // unplugged or started afresh meanwhile
    this.#executing = undefined;
    this.#send(
      cid,
      Command.CBOR,
      executing.cancel.signal.aborted ? Uint8Array.of(Say.KEEPALIVE_CANCEL) : reply,
    );
  }

  /** Asks for presence, with a keepalive "user presence needed" every 100 ms (11.2.9.1.7). */
  async #touch(executing: Executing): Promise<'touch' | 'deny' | 'timeout' | 'unplug'> {
    const { signal } = executing.cancel;
    const wait = new AbortController();
    const end = (): void => wait.abort();
    signal.addEventListener('abort', end);
    const timer = setTimeout(end, this.#touchTimeoutMs);
    const alive = (): void => this.#send(executing.cid, Command.KEEPALIVE, Uint8Array.of(2));
    const beat = setInterval(alive, KEEPALIVE_MS);
    alive();
    try {
      const outcome = signal.aborted ? 'timeout' : await this.#presence.wait(wait.signal);
      if (outcome === 'unplug') this.unplug();
      return signal.aborted ? 'timeout' : outcome;
    } finally {
      clearInterval(beat);
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }
}
