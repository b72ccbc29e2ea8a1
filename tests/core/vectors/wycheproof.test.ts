// Wycheproof through the crypto port: "valid" is accepted, "invalid" is refused, nothing throws.
import { describe, expect, test } from 'vitest';
import { toBase64 } from '../../../core/bytes/base64.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import type { Algorithm, PublicKey } from '../../../core/key/crypto.ts';
import { algorithmOf } from '../../../core/key/pem.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { vectorJson } from '../../support/vectors.ts';

interface Suite {
  numberOfTests: number;
  testGroups: {
    publicKeyDer: string;
    tests: {
      tcId: number;
      comment: string;
      msg: string;
      sig: string;
      result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

// `acceptable` is a matter of policy; the one case (RSA, DigestInfo without NULL) is refused, as RFC 8017 8.2.2 has it.
const suites: readonly [string, Algorithm, number][] = [
  ['ecdsa_secp256r1_sha256_test.json', 'ecdsa-p256-sha256', 484],
  ['ed25519_test.json', 'ed25519', 151],
  ['rsa_signature_3072_sha256_test.json', 'rsa-pkcs1-sha256', 259],
];

describe.each(suites)('%s', (file, alg, expected) => {
  const suite = vectorJson(`wycheproof/${file}`) as Suite;

  test('every case', () => {
    let seen = 0;
    const wrong: string[] = [];
    for (const { publicKeyDer, tests } of suite.testGroups) {
      const spki = fromHex(publicKeyDer);
      const key: PublicKey = { alg: algorithmOf(spki), spki: toBase64(spki) };
      if (key.alg !== alg) wrong.push(`key of ${key.alg}`);
      for (const { tcId, comment, msg, sig, result } of tests) {
        seen++;
        const accepted = nodeCrypto.verify(key, fromHex(msg), fromHex(sig));
        if (accepted !== (result === 'valid'))
          wrong.push(`${tcId} ${comment}: ${result}, ${accepted ? 'accepted' : 'refused'}`);
      }
    }
    expect(wrong).toEqual([]);
    expect([seen, suite.numberOfTests]).toEqual([expected, expected]);
  });

  test('no signature verifies under a key of another algorithm', () => {
    for (const { publicKeyDer, tests } of suite.testGroups.slice(0, 5)) {
      const spki = toBase64(fromHex(publicKeyDer));
      for (const other of suites.map(([, name]) => name).filter((name) => name !== alg)) {
        for (const { msg, sig } of tests)
          expect(nodeCrypto.verify({ alg: other, spki }, fromHex(msg), fromHex(sig))).toBe(false);
      }
    }
  });
});
