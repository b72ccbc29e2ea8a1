// What a rotation makes of the directory: the new key active, the old one retiring until its window ends.
import type { Directory, SignerKey } from '../directory/directory.ts';
import { keyNamed } from '../directory/lookup.ts';
import { Refusal } from '../fault/fault.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import { compareTimes } from '../name/names.ts';
import { draftNext } from '../trust/proposal.ts';
import type { Opening } from './transcript.ts';

const DAY = 24 * 60 * 60 * 1000;

/** The key that takes the old one's place. */
export interface NewKey {
  readonly name: string;
  readonly key: PublicKey;
}

/** The key that a ceremony replaces: an active release key. Throws Refusal `key_unknown`, `key_use`. */
export function replaceable(directory: Directory, name: string): SignerKey {
  const key = keyNamed(directory, name);
  if (key.use !== 'release') throw new Refusal('key_use', `${name} is no release key`);
  if (key.state !== 'active') throw new Refusal('key_use', `${name} is ${key.state}`);
  return key;
}

/** When the old key's window ends, if the version is of `issuedAt`; never later than it already ends (`until`). */
export function windowEnd(issuedAt: string, overlapDays: number, until: string | null = null): string {
  const end = new Date(Date.parse(issuedAt) + overlapDays * DAY).toISOString();
  return until !== null && compareTimes(until, end) < 0 ? until : end;
}

/**
 * The version after `before`: the new key has the old one's use, sibling, holder and tenants; whatever named the old one
 * as its approval-only sibling names the new. Throws as `replaceable` does.
 */
export function rotated(
  crypto: Crypto,
  before: Directory,
  { key: old, overlapDays }: Pick<Opening, 'key' | 'overlapDays'>,
  { name, key }: NewKey,
  issuedAt: string,
): Directory {
  const { notAfter: until, ...was } = replaceable(before, old);
  const fresh: SignerKey = { ...was, name, key, notBefore: issuedAt, notAfter: null, replaces: old };
  const keys = before.keys.map((each): SignerKey => {
    if (each.name === old)
      return { ...each, state: 'retiring', notAfter: windowEnd(issuedAt, overlapDays, until) };
    return each.sibling === old ? { ...each, sibling: name } : each;
  });
  return draftNext(crypto, before, issuedAt, { keys: [...keys, fresh] });
}
