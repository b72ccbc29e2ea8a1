// Faults as RFC 9457 problems: status, stable code, what to do next, and the trace that finds the rest in the log.
import { caller, refusal } from '../../core/fault/codes.ts';
import { CallerFault, isFault, Refusal } from '../../core/fault/fault.ts';
import type { Problem } from '../../contract/wire/sign.ts';
import { PROOF_ALGORITHMS } from '../gates/keys.ts';
import { BYPASS_SCOPE, SCOPE } from '../gates/optok.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem with the headers that go with it. */
export interface Answer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

interface Told {
  readonly code: string;
  readonly status: number;
  readonly says: string;
  readonly next: string;
  readonly detail: string;
  readonly retryAfter?: number | undefined;
}

const internal: Told = {
  code: 'internal',
  status: caller.internal.http,
  says: caller.internal.says,
  next: caller.internal.next,
  detail: '',
};
const QUOTA_MINUTE = 60;

function refusalTold(fault: Refusal): Told {
  const entry: { http?: number; says: string; next: string } = refusal[fault.code];
  if (entry.http === undefined) return internal;
  return { code: fault.code, status: entry.http, says: fault.says, next: fault.next, detail: fault.detail };
}

// Fastify's own errors that a caller can bring about; any other is ours to mend.
const framework: Readonly<Record<string, 'too_large' | 'type_unsupported' | 'body_malformed'>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'type_unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body_malformed',
};

function frameworkFault(thrown: unknown): CallerFault | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? framework[String(thrown.code)] : undefined;
  return code && new CallerFault(code, '', thrown);
}

function told(thrown: unknown): Told {
  const fault = frameworkFault(thrown) ?? thrown;
  if (fault instanceof CallerFault) {
    const { code, says, next, detail, retryAfter } = fault;
    return { code, status: caller[code].http, says, next, detail, retryAfter };
  }
  return fault instanceof Refusal ? refusalTold(fault) : internal;
}

// RFC 9449, 7.1 and 12.2; RFC 6750, 3.1. Without any token no error is named.
const challenges: Readonly<Record<string, string | undefined>> = {
  token_missing: '',
  token_invalid: 'invalid_token',
  token_expired: 'invalid_token',
  proof_invalid: 'invalid_dpop_proof',
  proof_replayed: 'invalid_dpop_proof',
  use_dpop_nonce: 'use_dpop_nonce',
  scope_missing: 'insufficient_scope',
};

function challengeFor({ code, detail }: Told): string | undefined {
  const error = challenges[code];
  if (error === undefined) return undefined;
  const algs = `algs="${PROOF_ALGORITHMS.join(' ')}"`;
  if (error === '') return `DPoP ${algs}`;
  return error === 'insufficient_scope'
    ? `DPoP error="${error}", scope="${detail === BYPASS_SCOPE ? BYPASS_SCOPE : SCOPE}", ${algs}`
    : `DPoP error="${error}", ${algs}`;
}

function headersFor(what: Told): Record<string, string> {
  const { code, status, retryAfter } = what;
  const headers: Record<string, string> = {};
  const challenge = challengeFor(what) ?? (code === 'session_invalid' ? 'Session' : undefined);
  if (challenge) headers['www-authenticate'] = challenge;
  const wait = retryAfter ?? (status === 429 ? QUOTA_MINUTE : undefined);
  if (wait !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(wait)));
  return headers;
}

/** What a caller is told of anything thrown. Only our own faults say more than `internal`; causes and stacks never leave. */
export function problemOf(thrown: unknown, trace: string): Answer {
  const what = told(thrown);
  const { code, status, says, next, detail } = what;
  const problem = { type: 'about:blank', title: says, status, code, detail, next, trace };
  return { problem, headers: headersFor(what) };
}

/** True when the operators should look: nothing that a caller did. */
export function isOurs(thrown: unknown): boolean {
  return told(thrown).status >= 500 || !isFault(frameworkFault(thrown) ?? thrown);
}
