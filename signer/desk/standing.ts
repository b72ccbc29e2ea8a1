// What is trusted now, in one place: everybody asks here, and a new version of the directory is taken in here at once.
import { Refusal } from '../../core/fault/fault.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import {
  CHAIN_TYPE,
  DirectoryChain,
  verifyChain,
  withSuspensions,
  type Trust,
} from '../../core/trust/chain.ts';
import { underVersions, type KeySuspension } from '../../core/trust/suspensions.ts';
import { rowsOf } from '../store/rows.ts';
import type { Db, Store } from '../store/store.ts';
import { untampered } from './untampered.ts';

const versionsOf = ({ _type, versions }: DirectoryChain): DirectoryChain => ({ _type, versions });

/** A verified chain and what follows from it. `chain` is its versions alone; suspensions are published with fresh proofs. */
export class Standing {
  #chain: DirectoryChain;
  #trust: Trust;

  /** Verifies the chain from the pin on. Throws Refusal `directory_*`, `schema`. */
  constructor(crypto: Crypto, chain: DirectoryChain, pin: string) {
    this.#trust = verifyChain(crypto, chain, pin);
    this.#chain = versionsOf(chain);
  }

  get chain(): DirectoryChain {
    return this.#chain;
  }

  get trust(): Trust {
    return this.#trust;
  }

  readonly latest = (): Directory => this.#trust.latest;

  /** Goes on to a longer chain, verified by whoever calls. What is shorter changes nothing. */
  take(chain: DirectoryChain, trust: Trust): void {
    if (trust.digests.length <= this.#trust.digests.length) return;
    const known = this.#trust.suspensions;
    this.#chain = versionsOf(chain);
    this.#trust = trust;
    this.learn(known);
  }

  /** Suspensions count from here on, verified by whoever calls; none is ever forgotten. Throws Refusal `suspension_invalid`. */
  learn(suspensions: readonly KeySuspension[]): void {
    const all = [...this.#trust.suspensions, ...suspensions];
    this.#trust = withSuspensions(this.#trust, underVersions(this.#trust, all));
  }
}

type Versions = DirectoryChain['versions'];

/** Keeps each version of a chain that is not kept yet. */
export async function keepVersions(db: Db, trust: Trust, chain: DirectoryChain): Promise<void> {
  const kept = await newestIn(db);
  for (const [at, digest] of trust.digests.entries()) {
    const version = chain.versions[at];
    if (!version || at + 1 <= kept) continue;
    await db
      .insertInto('directories')
      .values({ version: at + 1, digest, body: canonical(version) })
      .execute();
  }
}

/** The number of the newest version that is kept; 0 before the first. */
export async function newestIn(db: Db): Promise<number> {
  const { newest } = await db
    .selectFrom('directories')
    .select((s) => s.fn.max('version').as('newest'))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}

async function storedChain(db: Db): Promise<DirectoryChain | undefined> {
  const found = await db.selectFrom('directories').selectAll().orderBy('version').execute();
  if (found.length === 0) return undefined;
  return untampered('directories', () =>
    parseAs(DirectoryChain, {
      _type: CHAIN_TYPE,
      versions: rowsOf('directories', found).map(({ body }) => parseCanonical(body)) as Versions,
    }),
  );
}

/**
 * The store's versions count beside those of the chain file: both are verified from the pin, they must agree, and the
 * longer one is taken. Throws Refusal `store_tampered` for rows that do not verify, `directory_invalid` for two histories.
 */
export async function takeStored(crypto: Crypto, store: Store, standing: Standing): Promise<void> {
  const chain = await store.read(storedChain);
  if (!chain) return;
  const pin = standing.trust.signer;
  const trust = untampered('directories', () => verifyChain(crypto, chain, pin));
  const shared = Math.min(trust.digests.length, standing.trust.digests.length);
  for (let at = 0; at < shared; at++)
    if (trust.digests[at] !== standing.trust.digests[at])
      throw new Refusal('directory_invalid', `chain file and store have two versions ${at + 1}`);
  standing.take(chain, trust);
}
