// What a caller may be told was wrong with its request; `http` is the status.
/** Caller faults; `http` is the status that the Signer answers with (protocol.md 14). */
export const caller = {
  body_malformed: {
    http: 400,
    says: 'The body is not strict JSON.',
    next: 'Send UTF-8 JSON without duplicate keys or unsafe numbers.',
  },
  schema_invalid: {
    http: 400,
    says: 'A field is missing, unknown or of the wrong form.',
    next: 'Compare the body with the schema.',
  },
  token_missing: {
    http: 401,
    says: 'No access token was sent.',
    next: 'Send the token as Authorization: DPoP, with a proof in DPoP.',
  },
  token_invalid: {
    http: 401,
    says: 'The access token was not accepted.',
    next: 'Ask the Authority for a new token.',
  },
  token_expired: {
    http: 401,
    says: 'The access token has expired.',
    next: 'Ask the Authority for a new token.',
  },
  proof_invalid: {
    http: 401,
    says: 'The DPoP proof was not accepted.',
    next: 'Make a new proof for this method and URL.',
  },
  proof_replayed: {
    http: 401,
    says: 'The DPoP proof was used before.',
    next: 'Make a new proof for every request.',
  },
  use_dpop_nonce: {
    http: 401,
    says: 'The DPoP proof bears no live nonce.',
    next: 'Repeat it with the nonce of the DPoP-Nonce header.',
  },
  session_invalid: {
    http: 401,
    says: 'The officer session was not accepted.',
    next: 'Sign in again with your device.',
  },
  scope_missing: {
    http: 403,
    says: 'The token lacks the scope that this needs.',
    next: 'Ask for a token with the scope that detail names.',
  },
  tenant_missing: { http: 403, says: 'The token names no tenant.', next: 'Ask for a token of a tenant.' },
  tenant_forbidden: {
    http: 403,
    says: 'This belongs to another tenant.',
    next: 'Use a token of the tenant that owns it.',
  },
  not_entitled: { http: 403, says: 'The tenant is not entitled to sign.', next: 'Renew the licence.' },
  predicate_reserved: {
    http: 403,
    says: 'This predicate is reserved for the Signer itself.',
    next: 'Use a predicate type of your own.',
  },
  key_forbidden: {
    http: 403,
    says: 'Callers may not name this key.',
    next: 'Name a release key from GET keys.',
  },
  key_replaced: {
    http: 403,
    says: 'The key no longer signs; another one took its place.',
    next: 'Name the key that detail says follows it, or none.',
  },
  not_approvable: {
    http: 403,
    says: 'The policy lets nobody approve this.',
    next: 'Use a predicate that the Signer knows, or another key.',
  },
  proposal_refused: {
    http: 403,
    says: 'This is no next version of the directory.',
    next: 'Mend what detail names, have it signed again, and send it once more.',
  },
  host_forbidden: {
    http: 403,
    says: 'The Host or Origin header names somebody else.',
    next: 'Call the address that the Signer printed.',
  },
  not_found: { http: 404, says: 'There is nothing here.', next: 'Check the address and the id.' },
  method_not_allowed: {
    http: 405,
    says: 'This address does not answer that method.',
    next: 'See openapi.json.',
  },
  idempotency_conflict: {
    http: 409,
    says: 'This idempotency key was used with another body.',
    next: 'Use a new key for a new request.',
  },
  in_progress: {
    http: 409,
    says: 'The first request with this idempotency key is still running.',
    next: 'Repeat it in a moment.',
  },
  not_waiting: {
    http: 409,
    says: 'The request no longer waits.',
    next: 'Read its state; make a new request if needed.',
  },
  bypass_not_needed: {
    http: 409,
    says: 'The entitlement can be checked, so no bypass is needed.',
    next: 'Ask for the signature itself.',
  },
  bypass_limit: {
    http: 409,
    says: 'Enough bypasses of this tenant wait or are in force.',
    next: 'Withdraw or revoke one, or wait until one is over.',
  },
  too_large: {
    http: 413,
    says: 'The body is larger than allowed.',
    next: 'Send at most what detail says, 16 MiB where it says nothing.',
  },
  type_unsupported: { http: 415, says: 'The body is not application/json.', next: 'Send application/json.' },
  quota_exceeded: { http: 429, says: 'The quota is used up.', next: 'Wait for the time in Retry-After.' },
  rate_limited: { http: 429, says: 'Too many requests.', next: 'Wait for the time in Retry-After.' },
  internal: {
    http: 500,
    says: 'The Signer failed and logged why.',
    next: 'Repeat it; then ask the operators, with the trace.',
  },
  authority_unavailable: {
    http: 503,
    says: "The Authority's keys cannot be had, so no token can be checked.",
    next: 'Repeat it later.',
  },
  poe_unavailable: {
    http: 503,
    says: 'The entitlement could not be checked.',
    next: 'Repeat it later; if it lasts, an operator can raise a bypass (POST bypass-requests).',
  },
  key_unavailable: {
    http: 503,
    says: 'No key can sign this now.',
    next: 'Ask for another key or mode, or repeat it later.',
  },
  busy: { http: 503, says: 'The Signer is starting or stopping.', next: 'Repeat it in a moment.' },
} as const;
