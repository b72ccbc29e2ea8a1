// The courier: takes what was decided to the Signer, one delivery at a time for each, and again when the link is back.
import type { OutboxEntry } from '../../contract/stored/console-outbox.ts';
import { WireFault } from '../../core/fault/fault.ts';
import { deliver, type DeliverPorts, type Delivery } from '../evidence/deliver.ts';
import { nameOf, requestOf } from '../evidence/outbox.ts';

/** `retryMs`: how long after a passing failure it is tried again while the link is up (2,000 unless given). */
export interface CourierOptions {
  readonly ports: DeliverPorts;
  readonly isOnline: () => boolean;
  readonly onDelivery: (requestId: string, delivery: Delivery) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 2000;

/** What is handed over, before it has its time. */
export type Content =
  | Pick<Extract<OutboxEntry, { kind: 'decision' }>, 'kind' | 'sealed'>
  | Pick<Extract<OutboxEntry, { kind: 'signature' }>, 'kind' | 'requestId' | 'keyid' | 'sig'>;

export class Courier {
  readonly #options: CourierOptions;
  readonly #running = new Map<string, Promise<Delivery>>();
  readonly #last = new Map<string, Delivery>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Puts what is durable in the journal into the outbox, unless it is there, and delivers it as far as it goes now. */
  async hand(content: Content): Promise<Delivery> {
    const { outbox, now } = this.#options.ports;
    const entry: OutboxEntry = { v: 1, storedAt: now().toISOString(), ...content };
    const there = outbox.get(nameOf(entry));
    if (!there) await outbox.put(entry);
    // Older ones first: each names a longer journal than the one before, and the Signer takes them in that order only.
    await this.deliverAll();
    return this.#last.get(nameOf(entry)) ?? this.deliver(there ?? entry);
  }

  /** Delivers an entry; the same delivery for whoever asks meanwhile. */
  deliver(entry: OutboxEntry): Promise<Delivery> {
    const name = nameOf(entry);
    const running = this.#running.get(name);
    if (running) return running;
    // Not in `#begin` itself: what ends before its first wait would be taken out before it is put in, and stay for ever.
    const begun = this.#begin(name, entry).finally(() => this.#running.delete(name));
    this.#running.set(name, begun);
    return begun;
  }

  /** Everything that is owed, oldest first. */
  async deliverAll(): Promise<void> {
    for (const entry of this.#options.ports.outbox.list()) await this.deliver(entry);
  }

  /**
   * Takes a decision back before another verdict is signed: what is on its way first comes to its end. It is journalled
   * as not sent, unless it arrived.
   */
  async withdraw(challenge: string): Promise<void> {
    const { ports } = this.#options;
    await this.#running.get(challenge);
    const entry = ports.outbox.get(challenge);
    if (!entry) return;
    const earlier = ports.sentBefore(challenge);
    await ports.journal({ event: 'not-sent', challenge, code: 'denied', earlier }, 'urgent');
    await ports.outbox.remove(entry);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#running.values());
  }

  async #begin(name: string, entry: OutboxEntry): Promise<Delivery> {
    if (!this.#options.isOnline())
      return { state: 'waiting', fault: new WireFault('unreachable', 'not connected') };
    const delivery = await deliver(this.#options.ports, entry);
    this.#last.set(name, delivery);
    this.#options.onDelivery(requestOf(entry), delivery);
    if (delivery.state === 'waiting') this.#later(delivery.fault.kind === 'wire');
    return delivery;
  }

  /** What failed for a passing reason is tried again; what did not verify waits for the next connection. */
  #later(passing: boolean): void {
    if (this.#closed || !passing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.deliverAll(), this.#options.retryMs ?? RETRY_MS);
    this.#timer.unref();
  }
}
