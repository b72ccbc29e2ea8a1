// Writes down every cryptographic operation of ours while something runs, so that the same ones can be run alone.
import { generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { SoftKey } from '../support/keys.ts';

/** Operations that ran, each repeatable. */
export interface Recording {
  readonly hashes: number;
  readonly hashedBytes: number;
  readonly checks: number;
  readonly signatures: number;
  readonly repeat: () => void;
}

/** The keys of a world, so that what they sign is written down too. */
export type Keys = Readonly<Record<string, SoftKey>>;

/**
 * Runs `work` once with hashing, checking and signing observed. Signatures are repeated with their own keys.
 * What jose checks is not ours to observe: `joseChecks` ECDSA verifications stand for it.
 */
export async function record(
  keys: readonly SoftKey[],
  joseChecks: number,
  work: () => Promise<void>,
): Promise<Recording> {
  const replays: (() => void)[] = [];
  const counts = { hashes: 0, hashedBytes: 0, checks: joseChecks, signatures: 0 };
  const before = { ...nodeCrypto };
  const sha256 = (data: Uint8Array) => before.sha256(data);
  const check: typeof before.verify = (...args) => before.verify(...args);
  const undo: (() => void)[] = [];
  nodeCrypto.sha256 = (data) => {
    counts.hashes += 1;
    counts.hashedBytes += data.length;
    replays.push(() => void sha256(data));
    return sha256(data);
  };
  nodeCrypto.verify = (...args) => {
    counts.checks += 1;
    replays.push(() => void check(...args));
    return check(...args);
  };
  undo.push(() => Object.assign(nodeCrypto, before));
  for (const key of keys) {
    const own = key.sign.bind(key);
    Object.assign(key, {
      sign: (message: Uint8Array) => {
        counts.signatures += 1;
        replays.push(() => void own(message));
        return own(message);
      },
    });
    undo.push(() => Object.assign(key, { sign: own }));
  }
  try {
    await work();
  } finally {
    for (const step of undo) step();
  }
  const jose = joseCheck();
  for (let i = 0; i < joseChecks; i++) replays.push(jose);
  return { ...counts, repeat: () => replays.forEach((replay) => replay()) };
}

/** One ES256 verification of a token's size. */
function joseCheck(): () => void {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
  });
  const message = Buffer.alloc(600, 7);
  const signature = sign('sha256', message, pair.privateKey);
  return () => void verify('sha256', message, pair.publicKey, signature);
}
