// Which payload a kind of hold may have: a bypass hold's is the grant that its own findings call for, no other hold's is one.
import { isFault, Refusal } from '../fault/fault.ts';
import { isReservedPredicate } from '../predicate/approval.ts';
import { lastYesLeft, parseGrant, type GrantTerms } from '../predicate/grant.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import type { View } from '../review/view.ts';
import type { Request } from './request.ts';

/** The grant that a payload asks for. Throws Refusal `request_differs` for any other payload. */
function grantIn(id: string, payload: Uint8Array): GrantTerms {
  try {
    return parseGrant(payload);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    throw new Refusal('request_differs', `${id}: ${thrown.detail}`, thrown);
  }
}

/**
 * Checks that a bypass hold asks for exactly the grant that its payload states: for this request, tenant, requester and
 * Signer, with the outage that the gate `poe` found, past the time for which the last yes counts. For every other kind,
 * checks that the payload is no statement of our own, which would be signed under a cheaper rule. Refusal `request_differs`.
 */
export function checkPayload(crypto: Crypto, request: Request, view: View, payload: Uint8Array): void {
  const differs = (what: string) => new Refusal('request_differs', `${request.id}: ${what}`);
  if (request.kind !== 'emergency-bypass') {
    const type = view.claims.find((claim) => claim.path === '/predicateType')?.value;
    if (typeof type === 'string' && isReservedPredicate(type)) throw differs(`${type} in a ${request.kind}`);
    return;
  }
  const grant = grantIn(request.id, payload);
  const poe = request.findings.find((f) => f.gate === 'poe');
  if (request.findings.some((f) => f.gate === 'release')) throw differs('a bypass has no release finding');
  if (grant.requestId !== request.id || grant.tenant !== request.tenant)
    throw differs('grant of another request');
  if (grant.signer !== request.signer) throw differs('grant of another Signer');
  if (digestOf(crypto, grant.raisedBy) !== digestOf(crypto, request.requester)) throw differs('raisedBy');
  if (digestOf(crypto, grant.outage) !== digestOf(crypto, poe?.facts ?? {})) throw differs('outage');
  if (lastYesLeft(grant.outage) > 0) throw differs('the last yes still counts');
}
