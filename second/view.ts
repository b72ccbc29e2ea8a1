// The view of a payload (protocol.md 5), version 1, worked out a second time and by other means than core's.
import { createHash } from 'node:crypto';
import { NotStrict, TooLarge, canonicalText, readJson, type Node } from './json.ts';

const STATEMENT = 'application/vnd.in-toto+json';

/** Predicate types whose members are all shown. */
const explained = [
  'https://cyclonedx.org/bom',
  'https://cyclonedx.org/bom/v1.6',
  'https://in-toto.io/attestation/vulns/v0.2',
  'https://openvex.dev/ns/v0.2.0',
  'https://slsa.dev/provenance/v1',
  'https://spdx.dev/Document',
  'https://spdx.dev/Document/v2.3',
  'https://stella.ops/grant/v1',
  'https://stella.ops/promotion/v1',
  'https://stella.ops/replay/v1',
];

/** Code points that a reader does not see where they stand, as ranges; both ends belong to them. */
const unseen: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xe000, 0xf8ff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
  [0xf0000, 0x10ffff],
];

/** The serious flags; every other one is a warning. */
const dangers = ['blind', 'not-statement', 'too-large', 'predicate-unknown', 'hidden-text'];

/** How many UTF-16 units the paths of all claims may have together. */
const MOST_PATHS = 33_554_432;

type Claim = { path: string; value: string | boolean | number | null };
type Hole = { length: number; offset: number; sha256: string };

function hides(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0x1f && code < 0x7f) continue;
    if (unseen.some(([first, last]) => code >= first && code <= last)) return true;
  }
  return false;
}

/** Every leaf of a value under its JSON Pointer (RFC 6901), without recursion over the members of one level. */
function* leaves(node: Node, path: string): Generator<Claim> {
  if (node.kind === 'scalar') yield { path, value: node.value };
  else if (node.kind === 'number')
    yield Number.isSafeInteger(node.value)
      ? { path, value: node.value }
      : { path: `#${path}`, value: `${node.value}` };
  else if (node.kind === 'list') {
    if (node.items.length === 0) yield { path: `[]${path}`, value: 0 };
    for (const [index, item] of node.items.entries()) yield* leaves(item, `${path}/${index}`);
  } else {
    if (node.members.length === 0) yield { path: `{}${path}`, value: 0 };
    for (const [name, value] of node.members)
      yield* leaves(value, `${path}/${name.split('~').join('~0').split('/').join('~1')}`);
  }
}

function at(node: Node | undefined, name: string): Node | undefined {
  if (node?.kind !== 'record') return undefined;
  return node.members.find(([key]) => key === name)?.[1];
}

function textAt(node: Node | undefined, name: string): string | undefined {
  const found = at(node, name);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}

function hole(payload: Uint8Array, from: number, to: number): Hole {
  const sha256 = createHash('sha256').update(payload.subarray(from, to)).digest('hex');
  return { length: to - from, offset: from, sha256 };
}

function subjectsOf(root: Node): Set<string> {
  const flags = new Set<string>();
  const subject = at(root, 'subject');
  const names = new Set<string>();
  for (const item of subject?.kind === 'list' ? subject.items : []) {
    const sha256 = textAt(at(item, 'digest'), 'sha256');
    if (sha256 === undefined) flags.add('subject-no-sha256');
    for (const name of [textAt(item, 'name') ?? '', `sha256:${sha256}`])
      if (names.has(name)) flags.add('subject-duplicate');
    names.add(textAt(item, 'name') ?? '').add(`sha256:${sha256}`);
  }
  return flags;
}

/** What a statement says; undefined when its paths are more than anybody reads. */
function statementView(payload: Uint8Array, root: Node & { kind: 'record' }) {
  const known = explained.includes(textAt(root, 'predicateType') ?? '');
  const flags = subjectsOf(root);
  const claims: Claim[] = [];
  const holes: Hole[] = [];
  let room = MOST_PATHS;
  for (const [name, value] of root.members) {
    if (name === 'predicate' && !known) holes.push(hole(payload, value.from, value.to));
    else
      for (const claim of leaves({ kind: 'record', members: [[name, value]], from: 0, to: 0 }, '')) {
        room -= claim.path.length;
        if (room < 0) return undefined;
        claims.push(claim);
      }
  }
  if (!known) flags.add('predicate-unknown').add('blind');
  if (canonicalText(root) !== new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload))
    flags.add('not-canonical');
  const predicate = at(root, 'predicate');
  if (predicate?.kind === 'record' && predicate.members.length === 0) flags.add('empty-predicate');
  if (claims.some(({ path, value }) => hides(path) || (typeof value === 'string' && hides(value))))
    flags.add('hidden-text');
  return { claims, flags, holes };
}

/** Nothing is explained: one hole, and why. */
function whole(payload: Uint8Array, why: string) {
  return { claims: [], flags: new Set(['blind', why]), holes: [hole(payload, 0, payload.length)] };
}

function contentOf(payloadType: string, payload: Uint8Array) {
  try {
    const root = payloadType === STATEMENT ? readJson(payload) : undefined;
    if (root?.kind !== 'record') return whole(payload, 'not-statement');
    return statementView(payload, root) ?? whole(payload, 'too-large');
  } catch (thrown) {
    if (!(thrown instanceof NotStrict)) throw thrown;
    return whole(payload, thrown instanceof TooLarge ? 'too-large' : 'not-statement');
  }
}

/** The digest of the payload's view, `sha256:` and hex. Error for a version that this decoder does not know. */
export function viewDigestOf(version: string, payloadType: string, payload: Uint8Array): string {
  if (version !== '1') throw new Error(`view version ${version} is unknown here`);
  const { claims, flags, holes } = contentOf(payloadType, payload);
  const listed = [...flags]
    .sort()
    .map((code) => ({ code, severity: dangers.includes(code) ? 'danger' : 'warning' }));
  // Names in the order of RFC 8785, so that this text is the canonical form.
  const text = JSON.stringify({ claims, flags: listed, notRendered: holes, payloadType, version });
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
