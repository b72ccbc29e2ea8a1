// Whether a key was in force where a leaf of the log stands: by the leaf's place among the directory's versions, and its time.
import { Refusal } from '../fault/fault.ts';
import type { Directory, SignerKey } from '../directory/directory.ts';
import { keyNamed } from '../directory/lookup.ts';
import { inWindow, signs } from '../directory/succession.ts';
import type { Leaf } from '../log/record.ts';
import type { Trust } from '../trust/chain.ts';
import type { Placed } from './checks.ts';

/** The `directory` leaves among others, in their order. */
export function directoryLeaves(leaves: readonly Leaf[]): Placed<'directory'>[] {
  return leaves
    .flatMap(({ index, record }) => (record.event === 'directory' ? [{ index, record }] : []))
    .sort((a, b) => a.index - b.index);
}

/** Checks that a key was inside its window at a time of the log. */
export function checkWindow(key: SignerKey, at: string): void {
  if (!inWindow(key, at)) throw new Refusal('key_window', `${key.name} at ${at}`);
}

/**
 * The first version after `version` in which the key with this name is less than it was there: not active any more, or, when
 * it was retiring there, neither of both. Undefined when it is what it was in the newest one too. Throws `key_unknown`.
 */
export function endOf(trust: Trust, name: string, version: number): Directory | undefined {
  const [under, ...later] = trust.digests.slice(version - 1).map((digest) => trust.at(digest));
  const retiring = under !== undefined && keyNamed(under, name).state === 'retiring';
  const goesOn = (key: SignerKey) => key.state === 'active' || (retiring && key.state === 'retiring');
  return later.find(({ keys }) => !keys.some((key) => key.name === name && goesOn(key)));
}

/** The versions that leaves tell of, oldest first. Throws `evidence_mismatch` for a wrong number, `order_wrong` where they fall. */
function versionsOf(
  trust: Trust,
  leaves: readonly Placed<'directory'>[],
): { index: number; directory: Directory }[] {
  const found = leaves.map(({ index, record }) => ({ index, directory: trust.at(record.digest), record }));
  for (const [at, { directory, record, index }] of found.entries()) {
    if (directory.version !== record.version) throw new Refusal('evidence_mismatch', `leaf ${index}`);
    const before = found[at - 1];
    if (before && before.directory.version >= directory.version)
      throw new Refusal('order_wrong', `version ${directory.version} after ${before.directory.version}`);
  }
  return found;
}

/**
 * Checks that the key with this name was in force at the leaf with this index and time. `leaves` are `directory` leaves of
 * the same log whose inclusion was verified, in their order. The newest of them before the leaf tells the version: there the key
 * is active or retiring, and the time lies inside its window, as that version has it and as the newest one has it. Where
 * the key ends in some later version (`endOf`), one of the versions up to that one must stand after the leaf: else nothing
 * shows that the leaf is not younger. Throws `key_window`, `key_unknown`, `key_proof_missing`, `order_wrong`.
 */
export function checkKeyWindow(
  trust: Trust,
  name: string,
  index: number,
  at: string,
  leaves: readonly Placed<'directory'>[],
): void {
  const versions = versionsOf(trust, leaves);
  const under = versions.findLast((version) => version.index < index)?.directory;
  if (!under) throw new Refusal('key_proof_missing', `no directory before leaf ${index}`);
  const key = keyNamed(under, name);
  const newest = keyNamed(trust.latest, name);
  if (key.key.spki !== newest.key.spki) throw new Refusal('key_unknown', `${name} was another key`);
  if (!signs(key)) throw new Refusal('key_window', `${name} is ${key.state} in version ${under.version}`);
  checkWindow(key, at);
  checkWindow(newest, at);
  const end = endOf(trust, name, under.version);
  if (!end) return;
  const shown = versions.some((one) => one.index > index && one.directory.version <= end.version);
  if (!shown) throw new Refusal('key_proof_missing', `${name} since version ${end.version}`);
}
