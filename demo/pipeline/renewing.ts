// A client whose access token never runs out: a new caller takes over in time, or when the Authority began anew.
import { setTimeout as sleep } from 'node:timers/promises';
import { openCaller, TTL_S, type CallerOptions } from './caller.ts';
import { openClient, type Answer, type Client } from './client.ts';

/** `ca` is PEM of the only CA that is trusted. */
export interface RenewingOptions extends CallerOptions {
  readonly ca: string;
}

const RENEW_MS = TTL_S * 800;
/** What is still under way with the client before has ended by then. */
const LINGER_MS = 30_000;
/** A Signer looks for new keys of the Authority's once in five seconds at most. */
const PATIENCE_MS = 7000;
const RETRY_MS = 500;

interface Current {
  readonly client: Client;
  readonly since: number;
}

class Renewing implements Client {
  readonly #options: RenewingOptions;
  readonly #open = new Set<Client>();
  #current: Promise<Current> | undefined;

  constructor(options: RenewingOptions) {
    this.#options = options;
  }

  async #make(): Promise<Current> {
    const { ca, ...asked } = this.#options;
    const client = openClient({ caller: await openCaller(asked), ca });
    this.#open.add(client);
    return { client, since: performance.now() };
  }

  /** Rejects while the Authority does not answer; the next call asks again. */
  #take(): Promise<Current> {
    const made = this.#make();
    this.#current = made;
    made.catch(() => {
      if (this.#current === made) this.#current = undefined;
    });
    return made;
  }

  /** Another one than `worn`; whoever asks at the same time gets the same. */
  async #instead(worn: Current): Promise<Current> {
    const now = await this.#current;
    if (now && now !== worn) return now;
    setTimeout(() => this.#drop(worn.client), LINGER_MS).unref();
    return this.#take();
  }

  #drop(client: Client): void {
    this.#open.delete(client);
    client.close();
  }

  async #fresh(): Promise<Current> {
    const current = await (this.#current ?? this.#take());
    return performance.now() - current.since > RENEW_MS ? this.#instead(current) : current;
  }

  async send(...asked: Parameters<Client['send']>): Promise<Answer> {
    const current = await this.#fresh();
    const first = await current.client.send(...asked);
    if (first.status !== 401) return first;
    const { client } = await this.#instead(current);
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await client.send(...asked);
      if (answer.status !== 401 || performance.now() > until) return answer;
      await sleep(RETRY_MS);
    }
  }

  close(): void {
    for (const client of this.#open) this.#drop(client);
  }
}

/** Opens it; the first token is asked for with the first request. `send` rejects with PartFailed without an Authority. */
export function openRenewing(options: RenewingOptions): Client {
  return new Renewing(options);
}
