// The directory as this Console trusts it: verified from the pin on, kept on disk, never exchanged for an older one.
import type { Directory } from '../../core/directory/directory.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import {
  CHAIN_TYPE,
  DirectoryChain,
  verifyChain,
  withSuspensions,
  type Trust,
} from '../../core/trust/chain.ts';
import { MOST_SUSPENSIONS, underVersions, type PublishedSuspension } from '../../core/trust/suspensions.ts';
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
  #chain: DirectoryChain | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    crypto: Crypto,
    path: string,
    pin: string,
    known: Known | undefined,
    environments: Environments = everywhere,
  ) {
    this.#environments = environments;
    this.#crypto = crypto;
    this.#path = path;
    this.#pin = pin;
    this.#trust = known?.trust;
    this.#chain = known?.chain;
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
   * so that nobody brings back who was taken out; but a suspension that it has and that was not known counts, and one that
   * was known and that it leaves out counts on. Refusal `directory_*`, or `environment_forbidden`; then nothing changes.
   */
  take(chain: DirectoryChain): Promise<Trust> {
    // One after another: each looks at what the one before it left, and a file has one writer.
    const taken = this.#turn.then(() => this.#take(chain));
    this.#turn = taken.catch(() => undefined);
    return taken;
  }

  async #take(chain: DirectoryChain): Promise<Trust> {
    const next = verifyChain(this.#crypto, chain, this.#pin);
    checkEnvironment(next, this.#environments);
    const known = this.#trust;
    const shared = Math.min(known?.digests.length ?? 0, next.digests.length);
    for (let i = 0; i < shared; i++)
      if (known?.digests[i] !== next.digests[i])
        throw new Refusal('directory_invalid', `two versions ${i + 1}`);
    const longer = known && next.digests.length <= known.digests.length ? known : next;
    const all = underVersions(longer, [...(known?.suspensions ?? []), ...next.suspensions]);
    if (longer === known && all.length === known.suspensions.length) return known;
    const { versions } = longer === known && this.#chain ? this.#chain : chain;
    this.#trust = withSuspensions(longer, all);
    this.#chain = joined(this.#crypto, versions, this.#chain, chain);
    // A disk that fails must not keep anybody from denying: the chain counts, and is fetched again after a restart.
    await writeAtomic(this.#path, canonical(this.#chain)).catch(() => undefined);
    return this.#trust;
  }
}

/** A chain, and what it was verified to be. */
interface Known {
  readonly trust: Trust;
  readonly chain: DirectoryChain;
}

/** The versions with the suspensions of both, the fresher proof of each; both were verified. */
function joined(
  crypto: Crypto,
  versions: DirectoryChain['versions'],
  before: DirectoryChain | undefined,
  fresh: DirectoryChain,
): DirectoryChain {
  const byOrder = new Map<string, PublishedSuspension>();
  for (const one of [...(before?.suspensions ?? []), ...(fresh.suspensions ?? [])])
    byOrder.set(digestOf(crypto, one.sealed.suspension), one);
  const suspensions = [...byOrder.values()]
    .sort((a, b) => a.leaf.index - b.leaf.index)
    .slice(-MOST_SUSPENSIONS);
  return { _type: CHAIN_TYPE, versions, ...(suspensions.length > 0 ? { suspensions } : {}) };
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
    const chain = bytes && parseAs(DirectoryChain, parseStrict(bytes, { maxBytes: LARGEST }));
    if (!chain) return new TrustStore(crypto, path, pin, undefined, environments);
    const trust = verifyChain(crypto, chain, pin);
    checkEnvironment(trust, environments);
    return new TrustStore(crypto, path, pin, { trust, chain }, environments);
  } catch (thrown) {
    if (isFault(thrown)) return new TrustStore(crypto, path, pin, undefined, environments);
    throw thrown;
  }
}
