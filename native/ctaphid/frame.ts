// CTAPHID packets (CTAP 2.1, 11.2.4): cutting a message into reports, and putting reports together again.
import { DeviceFault } from '../../core/fault/fault.ts';

/** Commands (11.2.9), without the bit that marks an initialization packet. */
export const Command = {
  PING: 0x01,
  MSG: 0x03,
  INIT: 0x06,
  WINK: 0x08,
  CBOR: 0x10,
  CANCEL: 0x11,
  KEEPALIVE: 0x3b,
  ERROR: 0x3f,
} as const;

export const BROADCAST = 0xffffffff;
export const REPORT_SIZE = 64;

const INIT_HEADER = 7; // CID(4) CMD(1) BCNT(2)
const CONT_HEADER = 5; // CID(4) SEQ(1)
const MOST_CONTINUATIONS = 128;

/** One report, read. */
export type Packet =
  | {
      readonly kind: 'init';
      readonly cid: number;
      readonly command: number;
      readonly length: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'cont'; readonly cid: number; readonly sequence: number; readonly data: Uint8Array };

/** The longest message that fits: 7609 bytes for reports of 64. */
export function capacity(reportSize: number): number {
  return reportSize - INIT_HEADER + MOST_CONTINUATIONS * (reportSize - CONT_HEADER);
}

function report(cid: number, reportSize: number, header: readonly number[], data: Uint8Array): Uint8Array {
  const out = new Uint8Array(reportSize);
  new DataView(out.buffer).setUint32(0, cid);
  out.set(header, 4);
  out.set(data, 4 + header.length);
  return out;
}

/**
 * The reports of one message, zero-padded, without the report id that node-hid wants in front.
 * DeviceFault `device_unsuitable` when it does not fit; nothing was written then.
 */
export function toReports(
  cid: number,
  command: number,
  payload: Uint8Array,
  reportSize = REPORT_SIZE,
): Uint8Array[] {
  if (payload.length > capacity(reportSize)) {
    throw new DeviceFault(
      'device_unsuitable',
      `message of ${payload.length} bytes exceeds ${capacity(reportSize)}`,
    );
  }
  const first = reportSize - INIT_HEADER;
  const length = payload.length;
  const reports = [
    report(cid, reportSize, [command | 0x80, length >> 8, length & 0xff], payload.subarray(0, first)),
  ];
  const step = reportSize - CONT_HEADER;
  for (let at = first, sequence = 0; at < length; at += step, sequence++) {
    reports.push(report(cid, reportSize, [sequence], payload.subarray(at, at + step)));
  }
  return reports;
}

/** Reads a report; undefined when it is too short to be a packet. */
export function toPacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < INIT_HEADER + 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cid = view.getUint32(0);
  const tag = view.getUint8(4);
  if ((tag & 0x80) === 0) return { kind: 'cont', cid, sequence: tag, data: bytes.subarray(CONT_HEADER) };
  return {
    kind: 'init',
    cid,
    command: tag & 0x7f,
    length: view.getUint16(5),
    data: bytes.subarray(INIT_HEADER),
  };
}

/** A message that grows by packets. */
export class Assembly {
  readonly command: number;
  readonly #message: Uint8Array;
  #filled = 0;
  #sequence = 0;

  constructor(packet: Extract<Packet, { kind: 'init' }>) {
    this.command = packet.command;
    this.#message = new Uint8Array(packet.length);
    this.#take(packet.data);
  }

  #take(data: Uint8Array): void {
    const part = data.subarray(0, this.#message.length - this.#filled);
    this.#message.set(part, this.#filled);
    this.#filled += part.length;
  }

  /** False when the packet is not the next one. */
  add(packet: Extract<Packet, { kind: 'cont' }>): boolean {
    if (packet.sequence !== this.#sequence || this.message !== undefined) return false;
    this.#sequence++;
    this.#take(packet.data);
    return true;
  }

  /** The whole message, once it is there. */
  get message(): Uint8Array | undefined {
    return this.#filled === this.#message.length ? this.#message : undefined;
  }
}
