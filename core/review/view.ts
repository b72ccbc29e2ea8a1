// The view object: what follows from the payload's bytes alone, the same on every Console (protocol.md 5).
import { z } from 'zod';
import { Refusal, isFault } from '../fault/fault.ts';
import { toHex } from '../bytes/hex.ts';
import { isCanonical } from '../json/canonical.ts';
import { Digest, digestOf } from '../json/digest.ts';
import { parseWithSpans, type JsonNode } from '../json/spans.ts';
import type { Crypto } from '../key/crypto.ts';
import { PAYLOAD_TYPE } from '../dsse/statement.ts';
import { knownPredicates } from './known.ts';
import { hasHiddenText } from './text.ts';

/**
 * What is larger is not explained: nobody reads it, and a few bytes of payload can ask for gigabytes of paths. All values
 * of the payload, and the UTF-16 units of all claims' paths together.
 */
export const MOST_VALUES = 300_000;
export const MOST_PATHS = 32 * 1024 * 1024;

/** The view versions that this build can make. */
export const viewVersions = ['1'] as const;

const Scalar = z.union([z.string(), z.boolean(), z.null(), z.int()]);

/** Severities: `danger` changes the quorum or must be read first, `warning` must be read, `note` may be. */
export const Flag = z.strictObject({
  code: z.enum([
    'blind',
    'not-statement',
    'too-large',
    'predicate-unknown',
    'not-canonical',
    'hidden-text',
    'subject-duplicate',
    'subject-no-sha256',
    'empty-predicate',
  ]),
  severity: z.enum(['danger', 'warning', 'note']),
});
export type Flag = z.infer<typeof Flag>;

/** `path` is a JSON Pointer (RFC 6901); an empty object or array stands as a claim whose path begins with `{}` or `[]`, a number as text with `#`. */
export const View = z.strictObject({
  version: z.string(),
  payloadType: z.string(),
  claims: z.array(z.strictObject({ path: z.string(), value: Scalar })),
  flags: z.array(Flag),
  notRendered: z.array(z.strictObject({ offset: z.int(), length: z.int(), sha256: z.string() })),
});
export type View = z.infer<typeof View>;

type Claim = View['claims'][number];

/** The digest of a view, as decisions carry it. */
export function viewDigest(crypto: Crypto, view: View): Digest {
  return digestOf(crypto, view);
}

/** Whether some of the payload is explained by no decoder, which makes the quorum dearer. */
export function isBlind(view: View): boolean {
  return view.flags.some((f) => f.code === 'blind');
}

function pointer(path: string, token: string): string {
  return `${path}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Gathers claims while there is room for their paths; `full` says that there was none. */
class Claims {
  readonly list: Claim[] = [];
  #room = MOST_PATHS;

  get full(): boolean {
    return this.#room < 0;
  }

  add(path: string, value: Claim['value']): void {
    this.#room -= path.length;
    if (!this.full) this.list.push({ path, value });
  }
}

function claimsOf(node: JsonNode, path: string, claims: Claims): void {
  if (claims.full) return;
  if (node.kind === 'object' || node.kind === 'array') {
    if (node.children.length === 0) claims.add(`${node.kind === 'object' ? '{}' : '[]'}${path}`, 0);
    else if (node.kind === 'object')
      for (const { key, value } of node.children) claimsOf(value, pointer(path, key), claims);
    else node.children.forEach((child, index) => claimsOf(child, pointer(path, String(index)), claims));
  } else if (node.kind === 'number') {
    // As text under a path that no text has: 9.8 and "9.8" are two documents, and must not look like one.
    if (Number.isSafeInteger(node.value)) claims.add(path, node.value);
    else claims.add(`#${path}`, String(node.value));
  } else claims.add(path, node.value);
}

function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.children.find((m) => m.key === key)?.value : undefined;
}

function text(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined;
}

function subjectFlags(statement: JsonNode, flags: Set<Flag['code']>): void {
  const subject = member(statement, 'subject');
  const items = subject?.kind === 'array' ? subject.children : [];
  const seen = new Set<string>();
  for (const item of items) {
    const name = text(member(item, 'name')) ?? '';
    const sha256 = text(member(member(item, 'digest'), 'sha256'));
    if (sha256 === undefined) flags.add('subject-no-sha256');
    if (seen.has(name) || seen.has(`sha256:${sha256}`)) flags.add('subject-duplicate');
    seen.add(name).add(`sha256:${sha256}`);
  }
}

const severity: Record<Flag['code'], Flag['severity']> = {
  blind: 'danger',
  'not-statement': 'danger',
  'too-large': 'danger',
  'predicate-unknown': 'danger',
  'not-canonical': 'warning',
  'hidden-text': 'danger',
  'subject-duplicate': 'warning',
  'subject-no-sha256': 'warning',
  'empty-predicate': 'warning',
};

function finish(
  payloadType: string,
  claims: Claim[],
  flags: Set<Flag['code']>,
  notRendered: View['notRendered'],
): View {
  if (claims.some((c) => hasHiddenText(c.path) || (typeof c.value === 'string' && hasHiddenText(c.value))))
    flags.add('hidden-text');
  const sorted = [...flags].sort().map((code) => ({ code, severity: severity[code] }));
  return { version: '1', payloadType, claims, flags: sorted, notRendered };
}

function hole(crypto: Crypto, payload: Uint8Array, start: number, end: number): View['notRendered'][number] {
  return { offset: start, length: end - start, sha256: toHex(crypto.sha256(payload.subarray(start, end))) };
}

/** The payload's root, or why nothing of it is explained. */
function parsed(payload: Uint8Array): JsonNode | 'not-statement' | 'too-large' {
  try {
    return parseWithSpans(payload, { maxValues: MOST_VALUES });
  } catch (error) {
    if (isFault(error)) return error.code === 'json_too_large' ? 'too-large' : 'not-statement';
    throw error;
  }
}

function viewWhole(
  crypto: Crypto,
  payloadType: string,
  payload: Uint8Array,
  why: 'not-statement' | 'too-large',
): View {
  return finish(payloadType, [], new Set(['blind', why]), [hole(crypto, payload, 0, payload.length)]);
}

function viewStatement(crypto: Crypto, payloadType: string, payload: Uint8Array, root: JsonNode): View {
  const claims = new Claims();
  const flags = new Set<Flag['code']>();
  const holes: View['notRendered'] = [];
  const known = knownPredicates.has(text(member(root, 'predicateType')) ?? '');
  const predicate = member(root, 'predicate');
  if (root.kind === 'object')
    for (const { key, value } of root.children) {
      if (key === 'predicate' && !known) holes.push(hole(crypto, payload, value.start, value.end));
      else claimsOf(value, pointer('', key), claims);
    }
  if (claims.full) return viewWhole(crypto, payloadType, payload, 'too-large');
  if (!known) flags.add('predicate-unknown').add('blind');
  if (!isCanonical(payload)) flags.add('not-canonical');
  if (predicate?.kind === 'object' && predicate.children.length === 0) flags.add('empty-predicate');
  subjectFlags(root, flags);
  return finish(payloadType, claims.list, flags, holes);
}

/**
 * The view of a payload in one version. Every byte is a claim or listed as not rendered; bytes that no decoder explains
 * make it blind, never a pretty default. Throws Refusal `view_unknown` for a version that this build cannot make.
 */
export function viewOf(crypto: Crypto, version: string, payloadType: string, payload: Uint8Array): View {
  if (!viewVersions.some((v) => v === version)) throw new Refusal('view_unknown', version);
  const root = payloadType === PAYLOAD_TYPE ? parsed(payload) : 'not-statement';
  if (typeof root === 'string') return viewWhole(crypto, payloadType, payload, root);
  if (root.kind !== 'object') return viewWhole(crypto, payloadType, payload, 'not-statement');
  return viewStatement(crypto, payloadType, payload, root);
}
