// The Authority's keys (RFC 7517), fetched over HTTP: kept, renewed, and asked for again when a token names a new one.
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import { CallerFault } from '../../core/fault/fault.ts';

/** Times in milliseconds. After `freshFor` the set is fetched anew; while that fails it is used up to `staleFor`. */
export interface JwksOptions {
  readonly url: string;
  readonly freshFor?: number;
  readonly staleFor?: number;
  /** Between two fetches at least this long, however many unknown key ids come. */
  readonly coolDown?: number;
  readonly timeout?: number;
  readonly now?: () => number;
}

type Find = ReturnType<typeof createLocalJWKSet>;
type VerifyKey = Awaited<ReturnType<Find>>;

/** Finds the key for a token's header. Throws CallerFault `token_invalid`, or `authority_unavailable` while there are no keys. */
export interface Jwks {
  find(header: JWSHeaderParameters): Promise<VerifyKey>;
  /** Fetches now; resolves to whether keys are at hand. */
  warm(): Promise<boolean>;
}

const LARGEST = 1024 * 1024;
const DEFAULTS = {
  freshFor: 300_000,
  staleFor: 3_600_000,
  coolDown: 5000,
  timeout: 3000,
  now: () => Date.now(),
};

async function fetched(url: string, timeout: number): Promise<Find> {
  const answer = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(timeout),
  });
  if (answer.status !== 200) throw new Error(`JWKS: status ${answer.status}`);
  const text = await answer.text();
  if (text.length > LARGEST) throw new Error('JWKS: too large');
  return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet); // checks the form itself
}

class RemoteJwks implements Jwks {
  readonly #options: Required<JwksOptions>;
  #find: Find | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: JwksOptions) {
    this.#options = { ...DEFAULTS, ...options };
  }

  async warm(): Promise<boolean> {
    await this.#renew();
    return this.#usable() !== undefined;
  }

  async find(header: JWSHeaderParameters): Promise<VerifyKey> {
    if (this.#age() >= this.#options.freshFor) await this.#renew();
    try {
      return await this.#keys()(header);
    } catch (thrown) {
      if (!(thrown instanceof errors.JWKSNoMatchingKey) || !(await this.#renew())) throw this.#told(thrown);
    }
    try {
      return await this.#keys()(header);
    } catch (thrown) {
      throw this.#told(thrown);
    }
  }

  #age(): number {
    return this.#options.now() - this.#fetchedAt;
  }

  #usable(): Find | undefined {
    return this.#age() < this.#options.staleFor ? this.#find : undefined;
  }

  #keys(): Find {
    const find = this.#usable();
    if (!find) throw new CallerFault('authority_unavailable', '', this.#failure);
    return find;
  }

  #told(thrown: unknown): unknown {
    return thrown instanceof errors.JOSEError ? new CallerFault('token_invalid', 'key', thrown) : thrown;
  }

  /** Fetches unless one did within the cool-down; false when nothing was fetched. Concurrent callers share one fetch. */
  async #renew(): Promise<boolean> {
    if (!this.#running) {
      if (this.#options.now() - this.#triedAt < this.#options.coolDown) return false;
      this.#triedAt = this.#options.now();
      this.#running = this.#load().finally(() => (this.#running = undefined));
    }
    await this.#running;
    return true;
  }

  async #load(): Promise<void> {
    try {
      this.#find = await fetched(this.#options.url, this.#options.timeout);
      this.#fetchedAt = this.#options.now();
      this.#failure = undefined;
    } catch (thrown) {
      this.#failure = thrown; // the keys at hand stay; `#keys` tells it once they are too old
    }
  }
}

/** The key set at a URL. Nothing is fetched before the first use. */
export function makeJwks(options: JwksOptions): Jwks {
  return new RemoteJwks(options);
}
