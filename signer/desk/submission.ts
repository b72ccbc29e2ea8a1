// One submission on its way through the desk, as the steps hand it on, and what every way begins with.
import { CallerFault } from '../../core/fault/fault.ts';
import type { SignBody } from '../../contract/wire/sign.ts';
import type { Directory, SignerKey } from '../../core/directory/directory.ts';
import { inWindow, signingKey, signs } from '../../core/directory/succession.ts';
import { compareTimes } from '../../core/name/names.ts';
import type { Finding } from '../../core/request/request.ts';
import type { Context } from './context.ts';
import type { Lease } from './idempotency.ts';
import type { Caller } from './ports.ts';

/** A submission on its way: what was asked, what was found so far, and what would be signed. */
export interface Submission {
  /** Decided once: whatever comes of it, held or signed, bears this id. */
  readonly requestId: string;
  readonly caller: Caller;
  readonly predicateType: string;
  readonly payload: Uint8Array;
  readonly returnBundle: boolean;
  readonly lease: Lease;
  readonly origin: string;
  readonly key: SignerKey;
  readonly findings: readonly Finding[];
  readonly plan: string;
}

/** Throws CallerFault unless the tenant may have this key sign at a time. */
export function checkUsable(
  tenant: string,
  key: SignerKey,
  at: string,
  refuse: (why: string) => CallerFault,
): void {
  if (key.tenants.length > 0 && !key.tenants.includes(tenant)) throw refuse('is not for this tenant');
  if (!signs(key)) throw refuse(`is ${key.state}`);
  if (!inWindow(key, at)) throw refuse('is outside its window');
}

/** Why a key that was named signs no more, with the key that signs in its place; undefined when nothing follows it. */
function replaced(directory: Directory, key: SignerKey, at: string): CallerFault | undefined {
  const over = key.state === 'revoked' || key.state === 'compromised';
  const late = key.notAfter !== null && compareTimes(at, key.notAfter) > 0;
  const next = signingKey(directory, key.name, at);
  if (!(over || late) || !next) return undefined;
  const why = over ? `is ${key.state}` : `ended at ${key.notAfter}`;
  return new CallerFault('key_replaced', `${key.name} ${why}; ${next.name} follows it`);
}

function namedKey({ trust, now }: Context, tenant: string, name: string): SignerKey {
  const refuse = (why: string) => new CallerFault('key_forbidden', `${name} ${why}`);
  const key = trust.latest.keys.find((k) => k.name === name);
  if (!key || key.use !== 'release') throw refuse('is not a release key');
  const at = now().toISOString();
  const over = replaced(trust.latest, key, at);
  if (over) throw over;
  checkUsable(tenant, key, at, refuse);
  return key;
}

/**
 * The release key that was asked for by name, which may be a retiring one inside its window; else the one that signs in the
 * place of policy's. Throws CallerFault `key_forbidden`, `key_replaced` or `key_unavailable`.
 */
export function askedKey(context: Context, tenant: string, options: SignBody['options']): SignerKey {
  if (options.signingMode === 'keyless')
    throw new CallerFault('key_unavailable', 'keyless is not offered; ask for keyful');
  if (options.keyId !== undefined) return namedKey(context, tenant, options.keyId);
  const { trust, policy, now } = context;
  const refuse = (why: string) => new CallerFault('key_unavailable', `${policy.defaultKey} ${why}`);
  const at = now().toISOString();
  const known = trust.latest.keys.some(({ name, use }) => name === policy.defaultKey && use === 'release');
  if (!known) throw refuse('is not a release key');
  const key = signingKey(trust.latest, policy.defaultKey, at);
  if (!key) throw refuse('is not active, and no key that follows it');
  checkUsable(tenant, key, at, refuse);
  return key;
}

/** What the quota said. */
export function quotaFinding({ quota }: Lease): Finding {
  const facts = { limit: String(quota.limit), remaining: String(quota.remaining) };
  return { gate: 'quota', result: 'pass', code: 'within_quota', facts };
}

/** Which key policy or caller chose. */
export function keyFinding(key: SignerKey): Finding {
  return { gate: 'policy', result: 'pass', code: 'key_chosen', facts: { asked: key.name } };
}
