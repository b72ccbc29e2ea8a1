// What each act left behind, checked against the opening, the directory and the log: one function for each act.
import { fromBase64, fromBase64Url } from '../bytes/base64.ts';
import { keyNamed } from '../directory/lookup.ts';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { weaknessOf } from '../key/attributes.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import { algorithmOf } from '../key/spki.ts';
import { leafData } from '../log/leaf.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import { LackFault } from '../fault/fault.ts';
import { compareTimes } from '../name/names.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { wordsOf } from '../words/words.ts';
import { checkStatement, keyStatement } from './key-statements.ts';
import type { Output, OutputOf } from './outputs.ts';
import { rotated, windowEnd } from './rotation.ts';
import { Act, excusable, needs } from './script.ts';
import type { CeremonyStep } from './step.ts';
import type { Opening } from './transcript.ts';
import { checkStillThere } from './verify-people.ts';

/** What a ceremony made so far, by act. A step that is done again takes the place of what it made before. */
export type Made = { [A in Output['act']]?: OutputOf<A> };

/** What outputs are checked against. */
export interface Ground {
  readonly crypto: Crypto;
  readonly trust: Trust;
  readonly opening: Opening;
}

const fail = (act: string, why: string, cause?: unknown) =>
  new Refusal('ceremony_output', `${act}: ${why}`, cause);

function checkHsm({ opening }: Ground, { serial }: OutputOf<'check-hsm'>): void {
  if (serial !== opening.token) throw fail('check-hsm', `token ${serial}, not ${opening.token}`);
}

/** The token serial of a key's URI (RFC 7512, 2.3), decoded; undefined where it stands there twice or not at all. */
function serialOf(uri: string): string | undefined {
  if (!uri.startsWith('pkcs11:')) return undefined;
  const given = uri
    .slice('pkcs11:'.length)
    .split(';')
    .filter((attribute) => attribute.startsWith('serial='));
  const [serial, ...more] = given.map((attribute) => attribute.slice('serial='.length));
  if (serial === undefined || more.length > 0) return undefined;
  try {
    return decodeURIComponent(serial);
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined;
    throw thrown;
  }
}

function algorithmIn({ spki }: PublicKey): string {
  try {
    return algorithmOf(fromBase64(spki));
  } catch (cause) {
    throw fail('generate-key', 'the key has another form', cause);
  }
}

function checkGenerated({ crypto, trust, opening }: Ground, made: OutputOf<'generate-key'>): void {
  const { name, key, keyid, attributes } = made;
  const weak = weaknessOf(attributes);
  if (weak !== undefined) throw fail('generate-key', `${weak} is not as it must be`);
  if (algorithmIn(key) !== key.alg || key.alg !== 'ecdsa-p256-sha256')
    throw fail('generate-key', 'the key is not on P-256');
  if (keyId(crypto, key) !== keyid) throw fail('generate-key', 'keyid');
  if (serialOf(name) !== opening.token) throw fail('generate-key', 'the key is on another token');
  const before = trust.at(opening.directory);
  if (before.keys.some((old) => old.name === name || old.key.spki === key.spki))
    throw fail('generate-key', 'the key was there before');
}

const unmade = (act: string) => fail(act, 'what it rests on was not made');

function checkPossession(
  { crypto, opening }: Ground,
  made: Made,
  { envelope }: OutputOf<'prove-possession'>,
) {
  const fresh = made['generate-key'] ?? raise(unmade('prove-possession'));
  checkStatement(crypto, keyStatement(opening, 'possession', fresh.name, fresh.key), fresh.key, envelope);
}

function checkEndorsed(
  { crypto, trust, opening }: Ground,
  made: Made,
  { envelope }: OutputOf<'endorse-key'>,
) {
  const fresh = made['generate-key'] ?? raise(unmade('endorse-key'));
  const old = keyNamed(trust.at(opening.directory), opening.key).key;
  checkStatement(crypto, keyStatement(opening, 'endorsement', fresh.name, fresh.key), old, envelope);
}

function raise(fault: Error): never {
  throw fault;
}

/** The version must be in the chain that the verifier trusts: its quorum was checked there. */
function versionIn({ trust }: Ground, digest: string, version: number) {
  if (version > trust.latest.version)
    throw new LackFault(
      'directory_older',
      `version ${version} of the ceremony, ${trust.latest.version} here`,
    );
  return trust.at(digest);
}

/** Whether the version is in the chain that the verifier trusts. */
export const isIn = ({ trust }: Pick<Ground, 'trust'>, { digest }: { readonly digest: string }): boolean =>
  trust.digests.includes(digest);

/**
 * A version that nobody published is in no chain, and nothing rests on it: what was decided is told then, not checked.
 * `checkPublished` asks for it again, as one that must be there.
 */
function checkDecided(ground: Ground, made: Made, output: OutputOf<'decide-directory'>): void {
  const { crypto, trust, opening } = ground;
  const fresh = made['generate-key'] ?? raise(unmade('decide-directory'));
  if (!isIn(ground, output)) return;
  const next = trust.at(output.digest);
  if (next.version !== output.version || next.previous === null) throw fail('decide-directory', 'version');
  const before = trust.at(next.previous);
  const opened = trust.at(opening.directory);
  if (before.version < opened.version) throw fail('decide-directory', 'an older version');
  checkStillThere(crypto, opened, before, opening.people);
  const old = keyNamed(before, opening.key);
  if (old.key.spki !== keyNamed(opened, opening.key).key.spki)
    throw fail('decide-directory', 'another key under the old name');
  if (digestOf(crypto, rotated(crypto, before, opening, fresh, next.issuedAt)) !== output.digest)
    throw fail('decide-directory', 'the version changes something else');
  if (windowEnd(next.issuedAt, opening.overlapDays, old.notAfter) !== output.notAfter)
    throw fail('decide-directory', 'window');
}

/** The decided version says a time between the opening and its step, or a window could begin and end at will. */
export function checkIssued(ground: Ground, { at, output }: CeremonyStep): void {
  if (output?.act !== 'decide-directory' || !isIn(ground, output)) return;
  const { issuedAt } = ground.trust.at(output.digest);
  if (compareTimes(issuedAt, ground.opening.openedAt) < 0 || compareTimes(at, issuedAt) < 0)
    throw fail('decide-directory', 'the version is of another time');
}

function checkPublished(ground: Ground, made: Made, output: OutputOf<'publish-directory'>): void {
  const { crypto, trust, opening } = ground;
  const decided = made['decide-directory'] ?? raise(unmade('publish-directory'));
  const { version, digest, leaf, checkpoint, consistency } = output;
  if (decided.digest !== digest || decided.version !== version)
    throw fail('publish-directory', 'another version than was decided');
  const { record, salt, index, proof } = leaf;
  if (record.event !== 'directory' || record.digest !== digest || record.version !== version)
    throw fail('publish-directory', 'the leaf is of something else');
  const next = versionIn(ground, digest, version);
  const before = openCheckpoint(crypto, trust.at(opening.directory), opening.checkpoint);
  const after = openCheckpoint(crypto, next, checkpoint);
  const hash = leafHash(crypto, leafData(crypto, fromBase64Url(salt), record));
  const { size, root } = after;
  if (!verifyInclusion(crypto, { index, size, leafHash: hash, proof: proof.map(fromBase64), root }))
    throw fail('publish-directory', 'the leaf is not in the log');
  if (index < before.size) throw fail('publish-directory', 'published before the ceremony was opened');
  const grew = { oldSize: before.size, oldRoot: before.root, newSize: size, newRoot: root };
  if (!verifyConsistency(crypto, { ...grew, proof: consistency.map(fromBase64) }))
    throw fail('publish-directory', 'the log after is not the log before, grown');
}

function checkWords({ previous }: CeremonyStep, { digest, words }: OutputOf<'read-words'>): void {
  if (digest !== previous) throw fail('read-words', 'the words of something else');
  if (wordsOf(digest).join(' ') !== words.join(' '))
    throw fail('read-words', 'the words are not those of the digest');
}

/** What an act makes void when it is done again: all that rests on what it made before. */
function voids(act: Act): Output['act'][] {
  const direct = Act.options.filter((other) => needs[other].includes(act));
  return [...direct, ...direct.flatMap(voids)].filter((other) => other !== 'presence');
}

function checkRests(made: Made, act: Output['act']): void {
  for (const need of needs[act])
    if (need !== 'presence' && !excusable.includes(need) && !made[need]) throw unmade(act);
}

function checkOne(ground: Ground, made: Made, step: CeremonyStep, output: Output): void {
  switch (output.act) {
    case 'check-hsm':
      return checkHsm(ground, output);
    case 'generate-key':
      return checkGenerated(ground, output);
    case 'prove-possession':
      return checkPossession(ground, made, output);
    case 'endorse-key':
      return checkEndorsed(ground, made, output);
    case 'decide-directory':
      return checkDecided(ground, made, output);
    case 'publish-directory':
      return checkPublished(ground, made, output);
    case 'read-words':
      return checkWords(step, output);
  }
}

/** Checks a step's output; returns what was made so far, with it. Throws Refusal `ceremony_output`, LackFault `directory_older`. */
export function checkOutput(ground: Ground, made: Made, step: CeremonyStep, output: Output): Made {
  checkRests(made, output.act);
  checkOne(ground, made, step, output);
  const kept = { ...made };
  for (const act of voids(output.act)) delete kept[act];
  return { ...kept, [output.act]: output };
}
