// What follows from findings, keys, payload and policy alone: the Signer derives it, each Console derives it again.
import { Refusal } from '../fault/fault.ts';
import { digestBytes, digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import type { Directory } from '../directory/directory.ts';
import { keyNamed } from '../directory/lookup.ts';
import { signingKey, signs, standsIn } from '../directory/succession.ts';
import { ruleFor, type HoldKind, type Policy } from '../policy/policy.ts';
import { stricter, type QuorumRule } from '../policy/quorum-rule.ts';
import { isBlind, viewOf, type View } from '../review/view.ts';
import { checkPayload } from './grant.ts';
import type { Finding, Request } from './request.ts';

/**
 * The keys that sign when a request is held: each approval-only key itself, any other key's approval-only sibling, or what
 * replaces it.
 */
export function heldKeys(directory: Directory, names: readonly string[]): string[] {
  return names.map((name) => {
    const key = keyNamed(directory, name);
    if (key.use !== 'release') throw new Refusal('key_use', name);
    if (key.approvalOnly) return key.name;
    if (!key.sibling) throw new Refusal('key_use', `${name} has no approval-only sibling`);
    const sibling = signingKey(directory, key.sibling);
    if (!sibling) throw new Refusal('key_use', `${key.sibling} is not active`);
    return sibling.name;
  });
}

/**
 * The kind of hold that findings and asked keys call for, or null when nothing needs a person.
 * A failed release check comes before a key that wants a person: it is the graver reason, and its rule is policy's.
 */
export function kindFor(
  findings: readonly Finding[],
  directory: Directory,
  asked: readonly string[],
): HoldKind | null {
  const bad = (gate: Finding['gate'], result: Finding['result']) =>
    findings.some((f) => f.gate === gate && f.result === result);
  if (bad('poe', 'unavailable')) return 'emergency-bypass';
  if (bad('release', 'fail') || bad('release', 'unavailable')) return 'manual-approval';
  return asked.some((name) => keyNamed(directory, name).approvalOnly) ? 'key-approval' : null;
}

/**
 * The quorum that a hold needs. A key that stands in for no other (`standsIn`) was asked for by name, and wants its own
 * approval whatever else went wrong: then both rules hold, so that failing another gate never makes a key cheaper.
 * Throws Refusal `request_differs` when policy allows no quorum.
 */
export function quorumFor(
  policy: Policy,
  directory: Directory,
  kind: HoldKind,
  keys: readonly string[],
  blind: boolean,
): QuorumRule {
  const rule = ruleFor(policy, kind, blind);
  const named = keys.some((name) => !standsIn(directory, name));
  if (kind === 'key-approval' || !named) return rule;
  const both = stricter(rule, ruleFor(policy, 'key-approval', blind));
  if (!both) throw new Refusal('request_differs', 'policy has no quorum that meets both kinds');
  return both;
}

/** What a Console worked out for itself about a request. */
export interface Rebuilt {
  readonly request: Request;
  readonly digest: string;
  readonly view: View;
  readonly viewDigest: string;
  readonly blind: boolean;
}

/**
 * Checks that a request follows from its payload, its findings and the policy that the directory names, and hashes it.
 * Throws Refusal `payload_mismatch`, `signer_mismatch`, `policy_mismatch`, `view_unknown` or `request_differs`.
 */
export function rebuild(
  crypto: Crypto,
  trust: { signer: string; at(digest: string): Directory },
  policy: Policy,
  request: Request,
  payload: Uint8Array,
): Rebuilt {
  const directory = trust.at(request.directory);
  if (request.signer !== trust.signer) throw new Refusal('signer_mismatch', request.id);
  if (digestBytes(crypto, payload) !== request.payloadDigest)
    throw new Refusal('payload_mismatch', request.id);
  if (request.policy !== directory.policy || digestOf(crypto, policy) !== request.policy)
    throw new Refusal('policy_mismatch', request.id);
  if (!directory.views.includes(request.view)) throw new Refusal('view_unknown', request.view);
  // Nothing is held under a grant: what is signed under one is signed at once, or refused.
  if (request.grant !== null) throw new Refusal('request_differs', `${request.id}: grant`);
  checkFindings(request);
  const view = viewOf(crypto, request.view, request.payloadType, payload);
  const blind = isBlind(view);
  checkDerived(crypto, directory, policy, request, blind);
  checkPayload(crypto, request, view, payload);
  return { request, digest: digestOf(crypto, request), view, viewDigest: digestOf(crypto, view), blind };
}

/**
 * A request is frozen under one version of the directory and acted on under a later one. It still stands only while that
 * one names the same policy and allows the view, and kind, keys and quorum follow from it as well: otherwise whoever
 * holds requests could go on under rules that were taken back. Throws Refusal `policy_mismatch`, `view_unknown`,
 * `request_differs` or `key_unknown`.
 */
export function checkStillFollows(
  crypto: Crypto,
  newer: Directory,
  policy: Policy,
  { request, blind }: Pick<Rebuilt, 'request' | 'blind'>,
): void {
  if (newer.policy !== request.policy)
    throw new Refusal('policy_mismatch', `${request.id}: version ${newer.version} names another policy`);
  if (!newer.views.includes(request.view)) throw new Refusal('view_unknown', request.view);
  checkDerived(crypto, newer, policy, request, blind);
}

/** Gates whose refusal no officer can answer for: with one of these a request is refused, it is never held. */
function checkFindings({ id, findings }: Request): void {
  const differs = (what: string) => new Refusal('request_differs', `${id}: ${what}`);
  const gates = findings.map((f) => f.gate);
  if (new Set(gates).size !== gates.length) throw differs('a gate with two findings');
  for (const { gate, result } of findings) {
    const askable = gate === 'release' || (gate === 'poe' && result === 'unavailable');
    if (result !== 'pass' && !askable) throw differs(`gate ${gate} with ${result}`);
  }
}

function checkDerived(
  crypto: Crypto,
  directory: Directory,
  policy: Policy,
  request: Request,
  blind: boolean,
): void {
  const differs = (what: string) => new Refusal('request_differs', `${request.id}: ${what}`);
  for (const name of request.keys) {
    const key = keyNamed(directory, name);
    if (key.use !== 'release' || !key.approvalOnly || !signs(key)) throw differs(`key ${name}`);
    if (key.tenants.length > 0 && !key.tenants.includes(request.tenant))
      throw differs(`key ${name} of another tenant`);
  }
  if (kindFor(request.findings, directory, request.keys) !== request.kind) throw differs('kind');
  if (
    digestOf(crypto, quorumFor(policy, directory, request.kind, request.keys, blind)) !==
    digestOf(crypto, request.quorum)
  )
    throw differs('quorum');
  if (request.approvalSeconds !== policy.approvalSeconds) throw differs('approvalSeconds');
}
