// What each act left behind, checked against the opening, the directory and the log: one function for each act.
import { fromBase64, fromBase64Url } from '../bytes/base64.ts';
import { keyNamed } from '../directory/lookup.ts';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { weaknessOf } from '../key/attributes.ts';
import type { Crypto } from '../key/crypto.ts';
import { keyId } from '../key/keyid.ts';
import { leafData } from '../log/leaf.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import { LackFault } from '../fault/fault.ts';
import type { Trust } from '../trust/chain.ts';
import { openCheckpoint } from '../trust/checkpoint.ts';
import { wordsOf } from '../words/words.ts';
import { checkStatement, keyStatement } from './key-statements.ts';
import type { Output, OutputOf } from './outputs.ts';
import { rotated, windowEnd } from './rotation.ts';
import type { CeremonyStep } from './step.ts';
import type { Opening } from './transcript.ts';

/** What a ceremony made so far, by act. A step that is done again takes the place of what it made before. */
export type Made = { [A in Output['act']]?: OutputOf<A> };

/** What outputs are checked against. */
export interface Ground {
  readonly crypto: Crypto;
  readonly trust: Trust;
  readonly opening: Opening;
}

const fail = (act: string, why: string) => new Refusal('ceremony_output', `${act}: ${why}`);

function checkHsm({ opening }: Ground, { serial }: OutputOf<'check-hsm'>): void {
  if (serial !== opening.token) throw fail('check-hsm', `token ${serial}, not ${opening.token}`);
}

/** The serial attribute of an RFC 7512 URI, decoded. */
function serialOf(uri: string): string | undefined {
  const found = /^pkcs11:(?:[^;?]*;)*serial=([^;?]*)/.exec(uri)?.[1];
  try {
    return found === undefined ? undefined : decodeURIComponent(found);
  } catch {
    return undefined;
  }
}

function checkGenerated({ crypto, trust, opening }: Ground, made: OutputOf<'generate-key'>): void {
  const { name, key, keyid, attributes } = made;
  const weak = weaknessOf(attributes);
  if (weak !== undefined) throw fail('generate-key', `${weak} is not as it must be`);
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

function checkDecided(ground: Ground, made: Made, output: OutputOf<'decide-directory'>): void {
  const { crypto, trust, opening } = ground;
  const fresh = made['generate-key'] ?? raise(unmade('decide-directory'));
  const next = versionIn(ground, output.digest, output.version);
  if (next.version !== output.version || next.previous === null) throw fail('decide-directory', 'version');
  const before = trust.at(next.previous);
  if (before.version < trust.at(opening.directory).version)
    throw fail('decide-directory', 'an older version');
  if (digestOf(crypto, rotated(crypto, before, opening, fresh, next.issuedAt)) !== output.digest)
    throw fail('decide-directory', 'the version changes something else');
  if (windowEnd(next.issuedAt, opening.overlapDays) !== output.notAfter)
    throw fail('decide-directory', 'window');
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
  const before = openCheckpoint(crypto, trust.at(opening.directory), opening.checkpoint);
  const after = openCheckpoint(crypto, versionIn(ground, digest, version), checkpoint);
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

/** Checks a step's output; returns what was made so far, with it. Throws Refusal `ceremony_output`, LackFault `directory_older`. */
export function checkOutput(ground: Ground, made: Made, step: CeremonyStep, output: Output): Made {
  switch (output.act) {
    case 'check-hsm':
      checkHsm(ground, output);
      return { ...made, 'check-hsm': output };
    case 'generate-key':
      checkGenerated(ground, output);
      return { ...made, 'generate-key': output };
    case 'prove-possession':
      checkPossession(ground, made, output);
      return { ...made, 'prove-possession': output };
    case 'endorse-key':
      checkEndorsed(ground, made, output);
      return { ...made, 'endorse-key': output };
    case 'decide-directory':
      checkDecided(ground, made, output);
      return { ...made, 'decide-directory': output };
    case 'publish-directory':
      checkPublished(ground, made, output);
      return { ...made, 'publish-directory': output };
    case 'read-words':
      checkWords(step, output);
      return { ...made, 'read-words': output };
  }
}
