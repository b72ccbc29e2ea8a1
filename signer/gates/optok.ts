// The gate `optok`: who asks, shown by a token of the Authority and a DPoP proof made for this very request.
import { randomBytes } from 'node:crypto';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Finding } from '../../core/request/request.ts';
import type { Caller } from '../desk/ports.ts';
import { makeJwks, type Jwks } from './jwks.ts';
import { makeKeyCache } from './keys.ts';
import { makeNonces } from './nonces.ts';
import { checkProof } from './proof.ts';
import { makeReplays } from './replays.ts';
import { checkToken, type Token } from './token.ts';

/** The scope that lets a caller ask for signatures. */
export const SCOPE = 'signer.sign';
/** The scope that lets an operator raise a bypass; neither of the two is in the other. */
export const BYPASS_SCOPE = 'signer.bypass';
export type Scope = typeof SCOPE | typeof BYPASS_SCOPE;

/** One HTTP request, as far as this gate looks: the method, the absolute URL, and each value of two headers. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: readonly string[];
  readonly dpop: readonly string[];
}

/** `issuer` and `audience` are compared exactly; `jwksUrl` is where the issuer's keys are. */
export interface OptokOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly jwks?: Jwks;
  readonly now?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
  /** How many used proofs are remembered; more at once than that is `busy`. */
  readonly mostProofs?: number;
}

/** The gate. `nonce` is the newest one; `warm` fetches the keys and says whether there are any. */
export interface Optok {
  /** One of `scopes` suffices; only `signer.sign` unless given. */
  readonly authenticate: (asked: Asked, scopes?: readonly Scope[]) => Promise<Caller>;
  readonly nonce: () => string;
  readonly warm: () => Promise<boolean>;
}

const MOST_KEYS = 10_000;
const MOST_PROOFS = 500_000;

function tokenIn(authorization: readonly string[]): string {
  const [only, second] = authorization;
  if (only === undefined) throw new CallerFault('token_missing');
  if (second !== undefined) throw new CallerFault('token_invalid', 'more than one Authorization header');
  const found = /^DPoP +([A-Za-z0-9._~+/-]+=*)$/i.exec(only);
  if (!found?.[1]) throw new CallerFault('token_invalid', 'not one DPoP token');
  return found[1];
}

function proofIn(dpop: readonly string[]): string {
  const [only, second] = dpop;
  if (only === undefined || second !== undefined)
    throw new CallerFault('proof_invalid', 'not exactly one DPoP header');
  return only;
}

function callerOf(token: Token, scopes: readonly Scope[]): Caller {
  const scope = scopes.find((one) => token.scope.includes(one));
  if (scope === undefined) throw new CallerFault('scope_missing', scopes.join(' or '));
  if (token.tenant === undefined) throw new CallerFault('tenant_missing');
  const { issuer, kid, subject, tenant, jkt } = token;
  const facts = { issuer, kid, subject, tenant, jkt, scope };
  const finding: Finding = { gate: 'optok', result: 'pass', code: 'accepted', facts };
  return { tenant, subject, jkt, finding };
}

/**
 * Makes the gate. Its `authenticate` throws CallerFault: `token_*` for the token, `proof_invalid` for the proof,
 * `use_dpop_nonce` when all else is good and only a live nonce lacks, `proof_replayed` at the second use, then
 * `scope_missing` and `tenant_missing`; `authority_unavailable` and `busy` are nobody's fault.
 */
export function makeOptok(options: OptokOptions): Optok {
  const now = options.now ?? (() => Date.now());
  const random = options.random ?? randomBytes;
  const jwks = options.jwks ?? makeJwks({ url: options.jwksUrl, now });
  const keys = makeKeyCache(MOST_KEYS);
  const nonces = makeNonces(random(32), now);
  const replays = makeReplays(options.mostProofs ?? MOST_PROOFS, now);
  const rules = { issuer: options.issuer, audience: options.audience, jwks, now };

  function takeOnce(jkt: string, jti: string, nonce: string | undefined): void {
    const until = nonce === undefined ? undefined : nonces.liveUntil(nonce);
    if (until === undefined) throw new CallerFault('use_dpop_nonce');
    const took = replays.take(`${jkt} ${jti}`, until);
    if (took === 'again') throw new CallerFault('proof_replayed');
    if (took === 'full') throw new CallerFault('busy', 'too many proofs at once', undefined, 5);
  }

  return {
    nonce: () => nonces.current(),
    warm: () => jwks.warm(),
    async authenticate({ method, url, authorization, dpop }, scopes = [SCOPE]) {
      const accessToken = tokenIn(authorization);
      const proof = proofIn(dpop);
      const token = await checkToken(accessToken, rules);
      const { jkt, jti, nonce } = await checkProof(
        proof,
        { htm: method, url, accessToken, now: now() },
        keys,
      );
      if (jkt !== token.jkt) throw new CallerFault('proof_invalid', 'the token is bound to another key');
      takeOnce(jkt, jti, nonce);
      return callerOf(token, scopes);
    },
  };
}
