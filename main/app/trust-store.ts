// The directory as this Console trusts it: verified from the pin on, kept on disk, never exchanged for an older one.
import type { Directory } from '../../core/directory/directory.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { parseStrict } from '../../core/json/parse.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { verifyChain, type DirectoryChain, type Trust } from '../../core/trust/chain.ts';
import { readIfThere, writeAtomic } from '../../ports/files.ts';

/** What a directory's environment may be. */
export type Environments = readonly Directory['environment'][];

const everywhere: Environments = ['demo', 'staging', 'production'];
const LARGEST = 64 * 1024 * 1024;

export class TrustStore {
  readonly #crypto: Crypto;
  readonly #path: string;
  readonly #pin: string;
  readonly #environments: Environments;
  #trust: Trust | undefined;

  constructor(
    crypto: Crypto,
    path: string,
    pin: string,
    trust: Trust | undefined,
    environments: Environments = everywhere,
  ) {
    this.#environments = environments;
    this.#crypto = crypto;
    this.#path = path;
    this.#pin = pin;
    this.#trust = trust;
  }

  /** What is trusted now. Refusal `directory_invalid` before the first chain was verified. */
  current(): Trust {
    if (!this.#trust) throw new Refusal('directory_invalid', 'no directory was fetched yet');
    return this.#trust;
  }

  /** Whether there is anything to trust yet. */
  get isKnown(): boolean {
    return this.#trust !== undefined;
  }

  /**
   * Takes in a chain: verified from the pinned version 1, it must agree with what is known. A shorter one changes nothing,
   * so that nobody brings back who was taken out. Refusal `directory_*`, or `environment_forbidden`; then nothing changes.
   */
  async take(chain: DirectoryChain): Promise<Trust> {
    const next = verifyChain(this.#crypto, chain, this.#pin);
    checkEnvironment(next, this.#environments);
    const known = this.#trust;
    const shared = Math.min(known?.digests.length ?? 0, next.digests.length);
    for (let i = 0; i < shared; i++)
      if (known?.digests[i] !== next.digests[i])
        throw new Refusal('directory_invalid', `two versions ${i + 1}`);
    if (known && next.digests.length <= known.digests.length) return known;
    this.#trust = next;
    // A disk that fails must not keep anybody from denying: the chain counts, and is fetched again after a restart.
    await writeAtomic(this.#path, canonical(chain)).catch(() => undefined);
    return next;
  }
}

function checkEnvironment({ latest }: Trust, environments: Environments): void {
  if (!environments.includes(latest.environment))
    throw new Refusal('environment_forbidden', latest.environment);
}

/** Opens the store. What lies there is verified again; when it does not verify it is as if there were nothing. */
export async function openTrust(
  crypto: Crypto,
  path: string,
  pin: string,
  environments: Environments = everywhere,
): Promise<TrustStore> {
  const bytes = await readIfThere(path);
  try {
    const trust = bytes && verifyChain(crypto, parseStrict(bytes, { maxBytes: LARGEST }), pin);
    if (trust) checkEnvironment(trust, environments);
    return new TrustStore(crypto, path, pin, trust, environments);
  } catch (thrown) {
    if (isFault(thrown)) return new TrustStore(crypto, path, pin, undefined, environments);
    throw thrown;
  }
}
