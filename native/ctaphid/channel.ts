// A CTAPHID channel (CTAP 2.1, 11.2): one request at a time, cancelled and timed as the caller says.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { HidConnection } from './connection.ts';
import { checkOperation, pause, type Deadline, type Operation } from './deadline.ts';
import { HID_BUSY, hidError } from './errors.ts';
import { Assembly, BROADCAST, Command, REPORT_SIZE, type Packet } from './frame.ts';
import { Packets } from './packets.ts';

/** Bytes from a cryptographic random source. */
export type Random = (length: number) => Uint8Array;

const INIT_TIMEOUT_MS = 3000;
const PACKET_TIMEOUT_MS = 500; // 11.2.5.2 leaves it to the implementation; devices use about this
const DRAIN_MS = 1000;
const LATE_DRAIN_MS = 250;
const BUSY_FIRST_MS = 25;
const BUSY_MOST_MS = 400;
const UP_NEEDED = 2;
const KEEPALIVE_CANCEL = 0x2d;

/** Capability bits of the INIT reply (11.2.9.1.3). */
export interface Capabilities {
  readonly wink: boolean;
  readonly cbor: boolean;
  readonly u2f: boolean;
}

export interface ChannelOptions {
  readonly random: Random;
  readonly reportSize?: number;
}

type Ending = 'cancelled' | 'deadline';

interface Exchange {
  readonly command: number;
  readonly operation: Operation;
  deadline: Deadline;
  ending: Ending | undefined;
  status: number | undefined;
}

/** One channel of one device. Calls must not overlap. */
export class Channel {
  readonly #packets: Packets;
  readonly #random: Random;
  #cid = BROADCAST;
  #dirty = false;
  capabilities: Capabilities = { wink: false, cbor: false, u2f: false };

  private constructor(connection: HidConnection, options: ChannelOptions) {
    this.#packets = new Packets(connection, options.reportSize ?? REPORT_SIZE);
    this.#random = options.random;
  }

  /**
   * Asks for a channel of our own (INIT on the broadcast channel, fresh nonce).
   * DeviceFault: `device_gone`, `device_busy`, `deadline`, `cancelled`, `malformed_reply`, `ctaphid_error`.
   */
  static async open(
    connection: HidConnection,
    options: ChannelOptions,
    operation: Operation,
  ): Promise<Channel> {
    const channel = new Channel(connection, options);
    try {
      await channel.#patiently(operation, () => channel.#init(operation));
    } catch (cause) {
      await channel.close();
      throw cause;
    }
    return channel;
  }

  /**
   * One command and its answer. Keepalives never extend the deadline; an abort or a passed deadline sends CANCEL,
   * and an answer that comes after that is thrown away: the fault then bears status 0.
   * DeviceFault: as `open`, and `device_unsuitable` for a payload that is too long.
   */
  async call(command: number, payload: Uint8Array, operation: Operation): Promise<Uint8Array> {
    return this.#patiently(operation, async () => {
      if (this.#dirty) await this.#init(operation);
      checkOperation(operation, 'before the request');
      try {
        await this.#packets.send(this.#cid, command, payload);
        return await this.#answer(command, operation);
      } catch (cause) {
        if (cause instanceof DeviceFault && cause.code === 'malformed_reply') this.#dirty = true;
        throw cause;
      }
    });
  }

  close(): Promise<void> {
    return this.#packets.close();
  }

  /** Repeats what another program's use of the device held up, within the deadline (11.2.5.1). */
  async #patiently<T>(operation: Operation, attempt: () => Promise<T>): Promise<T> {
    for (let wait = BUSY_FIRST_MS; ; wait = Math.min(wait * 2, BUSY_MOST_MS)) {
      try {
        return await attempt();
      } catch (cause) {
        const busy =
          cause instanceof DeviceFault && cause.code === 'device_busy' && cause.status === HID_BUSY;
        if (!busy || operation.deadline.left() <= wait) throw cause;
        await pause(wait, operation);
        if (operation.signal.aborted)
          throw new DeviceFault('cancelled', 'while another program held the device');
      }
    }
  }

  /** INIT: on broadcast it allocates a channel, on our own it brings both sides into step again (11.2.9.1.3). */
  async #init(operation: Operation): Promise<void> {
    checkOperation(operation, 'before INIT');
    const nonce = this.#random(8);
    const deadline = operation.deadline.within(INIT_TIMEOUT_MS);
    const stop = (): boolean => operation.signal.aborted;
    await this.#packets.send(this.#cid, Command.INIT, nonce);
    for (;;) {
      const packet = await this.#packets.next(deadline, stop);
      if (!packet) {
        checkOperation(operation, 'no answer to INIT');
        throw new DeviceFault('deadline', 'no answer to INIT');
      }
      if (packet.cid !== this.#cid || packet.kind !== 'init') continue;
      if (packet.command === Command.ERROR) throw hidError(packet.data.subarray(0, packet.length));
      if (packet.command === Command.INIT && this.#accept(packet, nonce)) return;
    }
  }

  /** True when the reply is to our nonce; another client's reply on the broadcast channel is not. */
  #accept(packet: Extract<Packet, { kind: 'init' }>, nonce: Uint8Array): boolean {
    const { data, length } = packet;
    if (length < 17 || data.length < 17 || nonce.some((byte, at) => data[at] !== byte)) return false;
    const cid = new DataView(data.buffer, data.byteOffset).getUint32(8);
    if (cid === 0 || cid === BROADCAST)
      throw new DeviceFault('malformed_reply', `channel id ${cid} is reserved`);
    const flags = data[16] ?? 0;
    this.#cid = cid;
    this.#dirty = false;
    this.capabilities = { wink: (flags & 0x01) !== 0, cbor: (flags & 0x04) !== 0, u2f: (flags & 0x08) === 0 };
    return true;
  }

  async #answer(command: number, operation: Operation): Promise<Uint8Array> {
    const exchange: Exchange = {
      command,
      operation,
      deadline: operation.deadline,
      ending: undefined,
      status: undefined,
    };
    for (;;) {
      const message = await this.#message(exchange);
      if (message === undefined) {
        if (await this.#windUp(exchange)) continue;
        this.#dirty = true; // the answer may still come: INIT before the next request
        throw this.#ended(exchange);
      }
      if (message.command === Command.KEEPALIVE) this.#keepalive(exchange, message.payload);
      else if (exchange.ending) throw this.#ended(exchange, message);
      else if (message.command === Command.ERROR) throw hidError(message.payload);
      else if (message.command === command) return message.payload;
      else
        throw new DeviceFault(
          'malformed_reply',
          `command 0x${message.command.toString(16)} in answer to another`,
        );
    }
  }

  /** After an abort or the deadline: CANCEL once, then listen a little for what the device makes of it. */
  async #windUp(exchange: Exchange): Promise<boolean> {
    if (exchange.ending) return false;
    exchange.ending = exchange.operation.signal.aborted ? 'cancelled' : 'deadline';
    const grace = exchange.ending === 'cancelled' ? DRAIN_MS : LATE_DRAIN_MS;
    exchange.deadline = exchange.operation.deadline.grace(grace);
    await this.#packets.send(this.#cid, Command.CANCEL, new Uint8Array(0));
    return true;
  }

  #ended(exchange: Exchange, message?: { command: number; payload: Uint8Array }): DeviceFault {
    const code = exchange.ending ?? 'deadline';
    if (!message) return new DeviceFault(code, 'the device did not answer the cancel');
    if (message.command === exchange.command && message.payload[0] === 0) {
      return new DeviceFault(code, 'the device had answered; its answer was thrown away', 0);
    }
    const told = message.payload[0] === KEEPALIVE_CANCEL ? '' : 'the device ended with another status';
    return new DeviceFault(code, told, message.payload[0]);
  }

  #keepalive(exchange: Exchange, payload: Uint8Array): void {
    const status = payload[0];
    if (exchange.ending || status === exchange.status) return;
    exchange.status = status;
    exchange.operation.onKeepalive?.(status === UP_NEEDED ? 'touch' : 'processing');
  }

  /** The next whole message on our channel; undefined when the time ran out or the abort is new. */
  async #message(exchange: Exchange): Promise<{ command: number; payload: Uint8Array } | undefined> {
    const stop = (): boolean => exchange.operation.signal.aborted && !exchange.ending;
    let assembly: Assembly | undefined;
    let step: Deadline = exchange.deadline;
    for (;;) {
      const packet = await this.#packets.next(step, assembly ? () => false : stop);
      if (!packet) {
        if (assembly && !exchange.deadline.passed)
          throw new DeviceFault('malformed_reply', 'a message stopped halfway');
        return undefined;
      }
      if (packet.cid !== this.#cid) continue;
      if (packet.kind === 'init') {
        if (assembly) throw new DeviceFault('malformed_reply', 'a message began within another');
        assembly = new Assembly(packet);
      } else if (!assembly) {
        continue; // the rest of something that was given up
      } else if (!assembly.add(packet)) {
        throw new DeviceFault('malformed_reply', `packet ${packet.sequence} is out of order`);
      }
      if (assembly.message) return { command: assembly.command, payload: assembly.message };
      step = exchange.deadline.within(PACKET_TIMEOUT_MS);
    }
  }
}
