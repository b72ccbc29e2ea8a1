// The OpTok itself: an access token of the Authority (RFC 9068), bound to the caller's key (RFC 9449, 6), with a tenant.
import { errors, jwtVerify, type JWTVerifyResult } from 'jose';
import { z } from 'zod';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import { badPaths } from '../../core/json/schema.ts';
import { Id } from '../../core/name/names.ts';
import type { Jwks } from './jwks.ts';

const LONGEST_TOKEN = 16_384;
// Asymmetric ones only: a symmetric one would let whoever knows the public key sign.
const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256'];

const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(200),
  exp: z.number(),
  tenant: z.unknown().optional(),
  scope: z.string().max(2000).optional(),
  cnf: z.looseObject({ jkt: z.string().min(1).max(100) }),
});

/** What a good token says. `scope` is split; `tenant` may be missing, which is for the caller to refuse. */
export interface Token {
  readonly issuer: string;
  readonly kid: string;
  readonly subject: string;
  readonly tenant: string | undefined;
  readonly scope: readonly string[];
  readonly jkt: string;
}

/** Whose tokens, and for whom. `now` is Unix milliseconds. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: Jwks;
  readonly now: () => number;
}

function translated(thrown: unknown): unknown {
  if (isFault(thrown)) return thrown;
  if (thrown instanceof errors.JWTExpired) return new CallerFault('token_expired', '', thrown);
  if (thrown instanceof errors.JWTClaimValidationFailed)
    return new CallerFault('token_invalid', thrown.claim, thrown);
  if (thrown instanceof errors.JOSEError) return new CallerFault('token_invalid', '', thrown);
  return thrown;
}

async function verified(token: string, rules: TokenRules): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, (header) => rules.jwks.find(header), {
      typ: 'at+jwt',
      algorithms: ALGORITHMS,
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(rules.now()),
    });
  } catch (thrown) {
    throw translated(thrown);
  }
}

/** Checks signature, type, issuer, audience and expiry. Throws CallerFault `token_invalid`, `token_expired` or `authority_unavailable`. */
export async function checkToken(token: string, rules: TokenRules): Promise<Token> {
  if (token.length > LONGEST_TOKEN) throw new CallerFault('token_invalid', 'length');
  const { payload, protectedHeader } = await verified(token, rules);
  const claims = Claims.safeParse(payload);
  if (!claims.success) throw new CallerFault('token_invalid', badPaths(claims.error));
  const { iss, sub, tenant, scope, cnf } = claims.data;
  const named = Id.safeParse(tenant);
  return {
    issuer: iss,
    kid: protectedHeader.kid ?? '',
    subject: sub,
    tenant: named.success ? named.data : undefined,
    scope: (scope ?? '').split(' ').filter((word) => word !== ''),
    jkt: cnf.jkt,
  };
}
