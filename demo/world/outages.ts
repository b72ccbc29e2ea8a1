// Outages of the licensing service: made on request, now and then by themselves, and what an operator does about them.
import { setTimeout as sleep } from 'node:timers/promises';
import { PartFailed } from '../crew/failed.ts';
import type { Client } from '../pipeline/client.ts';
import type { Ledger } from '../pipeline/ledger.ts';
import { raiseBypass, type Raised } from '../pipeline/raise.ts';
import { TENANT } from '../setup/trust.ts';

/** `poe` is where the stub is told what to answer; `operator` bears a token that may raise a bypass. */
export interface OutageOptions {
  readonly poe: string;
  readonly ttlMs: number;
  readonly operator: Client;
  readonly base: string;
  readonly ledger: Ledger;
}

const LOOK_MS = 500;
/** Beyond the TTL: the last positive answer may have come a moment before the outage. */
const MARGIN_MS = 5000;
const DEADLINE_MS = 5000;

const asked = {
  tenant: TENANT,
  predicateTypes: ['https://in-toto.io/attestation/vulns/v0.2', 'https://stella.ops/promotion/v1'],
  count: 5,
  minutes: 15,
  cause:
    'The licensing service does not answer since its move to another data centre; the security update must ship tonight.',
} as const;

/** What the bypass lets through: the body of a request that it is for. */
export const UNDER_BYPASS = 'promotion';

export class Outages {
  readonly #options: OutageOptions;
  #out = false;
  #byItself = false;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#out;
  }

  async #tell(): Promise<void> {
    const state = this.#out ? 'unavailable' : 'entitled';
    const answer = await fetch(this.#options.poe, {
      method: 'PUT',
      body: JSON.stringify({ tenant: TENANT, state }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await answer.body?.cancel();
    if (answer.status !== 200) throw new PartFailed('licensing', `status ${answer.status}`);
  }

  /** `byItself`: nobody asked for it, so that it gives way to whoever asks for something. */
  async begin(byItself = false): Promise<void> {
    this.#out = true;
    this.#byItself = byItself;
    await this.#tell();
  }

  async end(): Promise<void> {
    this.#out = false;
    await this.#tell();
  }

  /** Somebody wants documents: an outage that came by itself is over. */
  async giveWay(): Promise<void> {
    if (this.#out && this.#byItself) await this.end();
  }

  /** A stub that was started again knows of nothing. */
  async restore(): Promise<void> {
    if (this.#out) await this.#tell();
  }

  /** Raises the bypass; while the last positive answer still counts, it waits until that is over. */
  async raise(): Promise<Raised> {
    const { operator, base, ttlMs, ledger } = this.#options;
    const until = performance.now() + ttlMs + MARGIN_MS;
    for (;;) {
      const raised = await raiseBypass(operator, base, asked);
      if (raised.raised) await ledger.add([{ id: raised.answer.requestId, name: 'bypass' }]);
      const early = !raised.raised && raised.code === 'bypass_not_needed' && this.#out;
      if (!early || performance.now() > until) return raised;
      await sleep(LOOK_MS);
    }
  }
}
