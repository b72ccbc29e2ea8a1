// One connection as messages: parsed strictly, heartbeats kept, answers matched, events handed on one at a time.
import { WebSocket, type RawData } from 'ws';
import {
  closeCodes,
  FromSigner,
  LARGEST_MESSAGE,
  SUBPROTOCOL,
  type FromConsole,
} from '../../contract/wire/link.ts';
import { isFault, WireFault, type AnyFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Endpoint } from './endpoint.ts';
import { asFault, faultFor } from '../../ports/peer-faults.ts';
import type { LinkTimings } from './options.ts';
import { Pending, type Answer, type Unnumbered } from './pending.ts';

const SILENT_BEATS = 3;
const CLOSING_TIME = 1_000;
const MOST_WAITING = 64;
const GOING_AWAY = 1001;
const TOO_LARGE = 1009;

export type Hello = Extract<FromSigner, { type: 'hello' }>;
/** What the Signer says by itself. */
export type Told = Extract<
  FromSigner,
  { type: 'event' | 'snapshot' | 'checkpoint' | 'directory' | 'proposal' | 'proposals' }
>;

const isOfTenant = ({ type }: Told): boolean => type === 'event' || type === 'snapshot';

export interface WireParts {
  readonly endpoint: Endpoint;
  readonly timings: LinkTimings;
  readonly now: () => Date;
  /** Handles events and snapshots, one after another; a rejection ends the connection. */
  readonly told: (message: Told) => Promise<void>;
  /** Nothing was told for three heartbeats. */
  readonly quiet: () => void;
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function closedFault(code: number, reason: string): AnyFault {
  if (code === TOO_LARGE) return new WireFault('message_too_large', 'the Signer closed the link');
  return reason in closeCodes
    ? faultFor(reason, 'the Signer closed the link')
    : new WireFault('unreachable', `closed, ${code}`);
}

/** A connection that was opened. It speaks first: `hello`. Nothing else is accepted before it, and no second one. */
export class Wire {
  readonly hello: Promise<Hello>;
  /** Resolves once, with why the connection ended. */
  readonly ended: Promise<AnyFault>;
  readonly #ws: WebSocket;
  readonly #parts: WireParts;
  readonly #pending = new Pending();
  readonly #pulse: NodeJS.Timeout;
  readonly #patience: NodeJS.Timeout;
  #greet: (hello: Hello) => void = () => undefined;
  #finish: (fault: AnyFault) => void = () => undefined;
  #phase: 'greeting' | 'greeted' | 'seated' | 'ended' = 'greeting';
  #silent = 0;
  #untold = 0;
  #told: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(parts: WireParts) {
    this.#parts = parts;
    const { endpoint, timings } = parts;
    this.#ws = new WebSocket(endpoint.link, SUBPROTOCOL, {
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: timings.deadline,
      ...endpoint.tls,
    });
    this.hello = new Promise((resolve) => {
      this.#greet = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#pulse = setInterval(() => this.#beat(), timings.heartbeat);
    this.#patience = setTimeout(() => this.end(new WireFault('timed_out', 'no hello')), timings.deadline);
    this.#ws.on('message', (data, binary) => this.#message(data, binary));
    this.#ws.on('error', (error) => this.end(asFault(error)));
    this.#ws.on('close', (code, reason) => this.end(closedFault(code, reason.toString('utf8'))));
  }

  /** Asks, and gives the answer. Rejects as `Pending.ask` does, and with why the connection ended when it did. */
  ask(
    request: Unnumbered,
    types: readonly Answer['type'][],
    deadline: number | null = this.#parts.timings.deadline,
  ): Promise<Answer> {
    if (this.#phase === 'ended') return Promise.reject(new WireFault('unreachable', 'not connected'));
    return this.#pending.ask(types, deadline, (ref) => this.#send({ ...request, ref }));
  }

  /** Ends the connection; whoever waits for an answer hears why. */
  end(fault: AnyFault): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    clearInterval(this.#pulse);
    clearTimeout(this.#patience);
    if (this.#ws.isPaused) this.#ws.resume(); // a paused socket would never see the peer close
    this.#ws.close(
      isFault(fault) && fault.code === 'message_invalid' ? closeCodes.message_invalid : GOING_AWAY,
    );
    const cut = setTimeout(() => this.#ws.terminate(), CLOSING_TIME);
    this.#ws.once('close', () => clearTimeout(cut));
    this.#pending.end(fault);
    this.#finish(fault);
  }

  #send(message: FromConsole): void {
    this.#ws.send(JSON.stringify(message), (error) => {
      if (error && this.#ws.readyState === this.#ws.OPEN) this.end(asFault(error)); // else `close` tells why
    });
  }

  #beat(): void {
    this.#silent += 1;
    this.#untold += 1;
    if (this.#phase !== 'seated') return;
    if (this.#silent > SILENT_BEATS) return this.end(new WireFault('timed_out', 'the Signer is silent'));
    this.#send({ type: 'ping', at: this.#parts.now().getTime() });
    if (this.#untold < SILENT_BEATS || this.#waiting > 0) return;
    this.#untold = 0;
    this.#parts.quiet();
  }

  #message(data: RawData, binary: boolean): void {
    if (this.#phase === 'ended') return;
    this.#silent = 0;
    try {
      if (binary) throw new WireFault('message_invalid', 'binary');
      this.#take(parseAs(FromSigner, parseStrict(bytesOf(data), { maxBytes: LARGEST_MESSAGE })));
    } catch (thrown) {
      const fault = asFault(thrown);
      this.end(fault.kind === 'refusal' ? new WireFault('message_invalid', fault.message, fault) : fault);
    }
  }

  #take(message: FromSigner): void {
    if (message.type === 'hello') return this.#greeted(message);
    if (this.#phase === 'greeting') throw new WireFault('message_invalid', `${message.type} before hello`);
    switch (message.type) {
      case 'ping':
        return this.#send({ type: 'pong', at: message.at });
      case 'pong':
        return undefined;
      case 'welcome':
        this.#pending.answer(message);
        this.#phase = 'seated'; // at once: what follows may stand in the same packet
        return undefined;
      case 'event':
      case 'snapshot':
      case 'checkpoint':
      case 'directory':
      case 'proposal':
      case 'proposals':
        return this.#hand(message);
      default:
        return this.#pending.answer(message);
    }
  }

  #greeted(hello: Hello): void {
    if (this.#phase !== 'greeting') throw new WireFault('message_invalid', 'a second hello');
    this.#phase = 'greeted';
    clearTimeout(this.#patience);
    this.#greet(hello);
  }

  /** Events wait for the one before to be durable; when many wait the socket is not read, and the Signer pages. */
  #hand(message: Told): void {
    if (this.#phase !== 'seated') throw new WireFault('message_invalid', `${message.type} before welcome`);
    if (isOfTenant(message)) this.#untold = 0;
    this.#waiting += 1;
    if (this.#waiting >= MOST_WAITING) this.#ws.pause();
    this.#told = this.#told.then(async () => {
      try {
        if (this.#phase === 'seated') await this.#parts.told(message);
      } catch (thrown) {
        this.end(asFault(thrown));
      }
      this.#waiting -= 1;
      if (this.#ws.isPaused && this.#waiting * 2 < MOST_WAITING) this.#ws.resume();
    });
  }
}
