// One submission on its way through the desk, as the steps hand it on, and what every way begins with.
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import type { SignBody } from '../../contract/wire/sign.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import type { Finding } from '../../core/request/request.ts';
import { checkWindow } from '../../core/verify/bundle.ts';
import type { Context } from './context.ts';
import type { Lease } from './idempotency.ts';
import type { Caller } from './ports.ts';
import { checkFree } from './suspended.ts';

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

/** Throws CallerFault unless the tenant may have this key sign now, Refusal `key_suspended` while an officer stopped it. */
export function checkUsable(
  context: Context,
  tenant: string,
  key: SignerKey,
  refuse: (why: string, cause?: unknown) => CallerFault,
): void {
  if (key.tenants.length > 0 && !key.tenants.includes(tenant)) throw refuse('is not for this tenant');
  if (key.state !== 'active') throw refuse(`is ${key.state}`);
  try {
    checkWindow(key, context.now().toISOString());
  } catch (thrown) {
    if (thrown instanceof Refusal) throw refuse('is outside its window', thrown);
    throw thrown;
  }
  checkFree(context, key.name);
}

/** The release key that was asked for, or policy's. Throws CallerFault `key_forbidden` or `key_unavailable`, Refusal `key_suspended`. */
export function askedKey(context: Context, tenant: string, options: SignBody['options']): SignerKey {
  if (options.signingMode === 'keyless')
    throw new CallerFault('key_unavailable', 'keyless is not offered; ask for keyful');
  const name = options.keyId ?? context.policy.defaultKey;
  const refuse = (why: string, cause?: unknown) =>
    new CallerFault(
      options.keyId === undefined ? 'key_unavailable' : 'key_forbidden',
      `${name} ${why}`,
      cause,
    );
  const key = context.trust.latest.keys.find((k) => k.name === name);
  if (!key || key.use !== 'release') throw refuse('is not a release key');
  checkUsable(context, tenant, key, refuse);
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
