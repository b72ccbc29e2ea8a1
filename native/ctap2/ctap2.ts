// CTAP2 commands over a channel (CTAP 2.1, 6 and 8.1): one command byte, canonical CBOR, a status, strict CBOR.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Channel } from '../ctaphid/channel.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import { Command } from '../ctaphid/frame.ts';
import { decodeMap, encodeCanonical, type Cbor, type CborMap } from './cbor.ts';
import { Status, statusFault } from './status.ts';

/** authenticator commands. */
export const Ctap2Command = {
  MAKE_CREDENTIAL: 0x01,
  GET_ASSERTION: 0x02,
  GET_INFO: 0x04,
  CLIENT_PIN: 0x06,
  GET_NEXT_ASSERTION: 0x08,
  SELECTION: 0x0b,
} as const;

/** Parameters by number; undefined ones are left out. */
export type Parameters = Readonly<Record<number, Cbor | undefined>>;

const EMPTY: CborMap = new Map();
const DEFAULT_MAX_MESSAGE = 1024; // 6.4, when getInfo does not say

/** Builds a map of the members that are there. */
export function mapOf(members: Parameters): CborMap {
  const map = new Map<number, Cbor>();
  for (const [key, value] of Object.entries(members)) if (value !== undefined) map.set(Number(key), value);
  return map;
}

/** Speaks CTAP2. `maxMessage` is what getInfo said, once it was asked. */
export class Ctap2 {
  readonly #channel: Channel;
  maxMessage = DEFAULT_MAX_MESSAGE;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** True when the command with these parameters is not longer than the device takes. */
  fits(parameters: Parameters): boolean {
    return 1 + encodeCanonical(mapOf(parameters)).length <= this.maxMessage;
  }

  /**
   * Sends a command and gives the map that answers it; an answer without CBOR is an empty map.
   * DeviceFault: what the channel throws, `malformed_reply`, `device_unsuitable` for a request that is too long,
   * and what `statusFault` makes of any status but 0.
   */
  async send(command: number, parameters: Parameters | undefined, operation: Operation): Promise<CborMap> {
    const body = parameters ? encodeCanonical(mapOf(parameters)) : new Uint8Array(0);
    const request = new Uint8Array(1 + body.length);
    request[0] = command;
    request.set(body, 1);
    if (request.length > this.maxMessage) {
      throw new DeviceFault(
        'device_unsuitable',
        `request of ${request.length} bytes exceeds ${this.maxMessage}`,
      );
    }
    const reply = await this.#channel.call(Command.CBOR, request, operation);
    const status = reply[0];
    if (status === undefined) throw new DeviceFault('malformed_reply', 'no status byte');
    if (status !== Status.OK) throw statusFault(status);
    return reply.length === 1 ? EMPTY : decodeMap(reply.subarray(1));
  }
}
