// Bypass grants as a value: what each arrival makes of them, and where the Signer contradicts itself.
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { fixedOf, type Grant } from '../../core/predicate/granted.ts';
import type { Granted, Resynced } from '../../core/stage/stages.ts';

export type Grants = ReadonlyMap<string, Grant>;

/** So many grants that are over are kept of each tenant, the newest. */
const MOST_OVER = 64;

/** What an arrival makes of the grants, and the ids of those of which the Signer said something that cannot be. */
export interface Applied {
  readonly grants: Grants;
  readonly contradicted: readonly string[];
}

/** Whether `next` can follow `before`: what was granted never changes, what was spent never comes back, an end is an end. */
function follows(crypto: Crypto, before: Grant, next: Grant): boolean {
  if (digestOf(crypto, fixedOf(before)) !== digestOf(crypto, fixedOf(next))) return false;
  if (before.state === 'live') return next.used >= before.used;
  return next.state === 'ended' && next.used === before.used && next.why === before.why;
}

/** Whether an older state of the same grant came once more: events after a snapshot tell again what it knew. */
function isOlder(crypto: Crypto, before: Grant, next: Grant): boolean {
  return next.state === 'live' && follows(crypto, next, before);
}

function put(crypto: Crypto, grants: Map<string, Grant>, next: Grant): boolean {
  const before = grants.get(next.id);
  if (before && isOlder(crypto, before, next)) return true;
  if (before && !follows(crypto, before, next)) return false;
  grants.set(next.id, next);
  return true;
}

function pruned(grants: Map<string, Grant>, tenant: string): Map<string, Grant> {
  const over = [...grants.values()]
    .filter((grant) => grant.tenant === tenant && grant.state === 'ended')
    .sort((a, b) => (a.from < b.from ? 1 : -1));
  for (const { id } of over.slice(MOST_OVER)) grants.delete(id);
  return grants;
}

/**
 * The grants after an arrival. A snapshot is all that its tenant has in force: one that it does not name is over, and how it
 * ended is not known here, so that it is dropped. What contradicts an earlier word changes nothing.
 */
export function applied(crypto: Crypto, before: Grants, arrival: Granted | Resynced): Applied {
  const { tenant } = arrival;
  const came = arrival.stage === 'granted' ? [arrival.grant] : arrival.grants;
  const named = new Set(came.map(({ id }) => id));
  const gone = (grant: Grant): boolean =>
    arrival.stage === 'resynced' && grant.tenant === tenant && grant.state === 'live' && !named.has(grant.id);
  const grants = new Map([...before].filter(([, grant]) => !gone(grant)));
  const contradicted = came.filter((grant) => !put(crypto, grants, grant)).map(({ id }) => id);
  return { grants: pruned(grants, tenant), contradicted };
}
