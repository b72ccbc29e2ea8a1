// Our bundles in the hands of others: @sigstore/bundle reads them, @sigstore/verify checks them, flips are refused.
import { bundleFromJSON } from '@sigstore/bundle';
import { Verifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';
import { describe, expect, test } from 'vitest';
import { toBase64 } from '../../../core/bytes/base64.ts';
import { equalBytes, fromUtf8, utf8 } from '../../../core/bytes/bytes.ts';
import { makeBundle, parseBundle, type Bundle } from '../../../core/dsse/bundle.ts';
import { pae } from '../../../core/dsse/pae.ts';
import { PAYLOAD_TYPE, statementOf } from '../../../core/dsse/statement.ts';
import { canonical } from '../../../core/json/canonical.ts';
import type { PublicKey } from '../../../core/key/crypto.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { fromPem } from '../../../core/key/pem.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { ed25519Key, flipBit, p256Key, rsaKey, type TestKey } from '../../support/signing.ts';
import { vectorBytes, vectorJson } from '../../support/vectors.ts';

const noLogs = { mediaType: '', tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };
const noThresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
const payload = canonical(
  statementOf({
    subject: [{ name: 'a.tgz', digest: { sha256: 'ab'.repeat(32) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: { bomFormat: 'CycloneDX', components: [] },
  }),
);

function bundleBy(signer: TestKey, bytes = payload): Bundle {
  const signature = signer.sign(pae(PAYLOAD_TYPE, bytes));
  return makeBundle({
    payload: bytes,
    payloadType: PAYLOAD_TYPE,
    keyid: keyId(nodeCrypto, signer.key),
    signature,
  });
}

/** Whether @sigstore/verify accepts the bundle by this key alone. */
function othersAccept(bundle: unknown, key: PublicKey): boolean {
  const hint = keyId(nodeCrypto, key);
  const rawBytes = Buffer.from(key.spki, 'base64');
  const trust = toTrustMaterial(noLogs, { [hint]: { rawBytes, keyDetails: 0 } });
  try {
    new Verifier(trust, noThresholds).verify(toSignedEntity(bundleFromJSON(bundle)));
    return true;
  } catch {
    return false;
  }
}

function weAccept(bytes: Uint8Array, key: PublicKey): boolean {
  const { keyid, payload: said, payloadType, signature } = parseBundle(bytes);
  return keyid === keyId(nodeCrypto, key) && nodeCrypto.verify(key, pae(payloadType, said), signature);
}

const signers = [p256Key(), ed25519Key(), rsaKey()].map((signer) => [signer.key.alg, signer] as const);

describe.each(signers)('a bundle by %s', (_, signer) => {
  const bundle = bundleBy(signer);

  test('is read by @sigstore/bundle and verified by @sigstore/verify', () => {
    const read = bundleFromJSON(bundle);
    expect(read.content?.$case).toBe('dsseEnvelope');
    expect(othersAccept(bundle, signer.key)).toBe(true);
    expect(othersAccept(bundle, p256Key().key)).toBe(false);
  });

  test('is read back by us', () => {
    const read = parseBundle(utf8(JSON.stringify(bundle)));
    expect(fromUtf8(read.payload)).toBe(fromUtf8(payload));
    expect(weAccept(canonical(bundle), signer.key)).toBe(true);
    expect(weAccept(canonical(bundle), p256Key().key)).toBe(false);
  });

  test('is refused by both after a flip of payload, type or signature', () => {
    const { dsseEnvelope } = bundle;
    const sig = parseBundle(canonical(bundle)).signature;
    const forged = [
      { ...dsseEnvelope, payload: toBase64(flipBit(payload, 77)) },
      { ...dsseEnvelope, payloadType: 'application/vnd.in-toto+jsom' },
      {
        ...dsseEnvelope,
        signatures: [{ ...dsseEnvelope.signatures[0], sig: toBase64(flipBit(sig, sig.length * 8 - 3)) }],
      },
    ];
    for (const envelope of forged) {
      const other = { ...bundle, dsseEnvelope: envelope };
      expect(othersAccept(other, signer.key)).toBe(false);
      expect(weAccept(canonical(other), signer.key)).toBe(false);
    }
  });
});

describe('the strict form', () => {
  const bundle = bundleBy(p256Key());
  const { dsseEnvelope, verificationMaterial } = bundle;
  const [signed] = dsseEnvelope.signatures;
  const timestamps = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] };
  test.each([
    ['another media type', { ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3' }],
    [
      'a log entry that nobody checks',
      { ...bundle, verificationMaterial: { ...verificationMaterial, tlogEntries: [{}] } },
    ],
    [
      'a timestamp that nobody checks',
      { ...bundle, verificationMaterial: { ...verificationMaterial, timestampVerificationData: timestamps } },
    ],
    [
      'a certificate',
      { ...bundle, verificationMaterial: { certificate: { rawBytes: 'AAAA' }, tlogEntries: [] } },
    ],
    ['no hint', { ...bundle, verificationMaterial: { publicKey: {}, tlogEntries: [] } }],
    [
      'two signatures',
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, signatures: [signed, { ...signed, keyid: 'other' }] } },
    ],
    ['no signature', { ...bundle, dsseEnvelope: { ...dsseEnvelope, signatures: [] } }],
    ['an empty payload', { ...bundle, dsseEnvelope: { ...dsseEnvelope, payload: '' } }],
    ['a comment', { ...bundle, comment: 'trust me' }],
    ['a message signature', { ...bundle, dsseEnvelope: undefined, messageSignature: {} }],
  ])('refuses %s', (_, value) =>
    expect(() => parseBundle(utf8(JSON.stringify(value)))).toThrowCode('bundle_invalid'),
  );

  test('refuses a hint for another key than the one that signed', () => {
    const other = {
      ...bundle,
      verificationMaterial: { ...verificationMaterial, publicKey: { hint: 'other' } },
    };
    expect(() => parseBundle(canonical(other))).toThrowCode('key_hint_mismatch');
  });

  test('refuses to make what could not be read', () => {
    const parts = parseBundle(canonical(bundle));
    expect(() => makeBundle({ ...parts, payload: new Uint8Array(0) })).toThrowCode('bundle_invalid');
    expect(() => makeBundle({ ...parts, keyid: '' })).toThrowCode('bundle_invalid');
    expect(() => makeBundle({ ...parts, signature: new Uint8Array(0) })).toThrowCode('bundle_invalid');
  });

  test('carries a payload of 16 MiB', () => {
    const big = new Uint8Array(16 * 1024 * 1024).fill(0x20);
    const parts = { payload: big, payloadType: 'text/plain', keyid: 'k', signature: Uint8Array.of(1) };
    expect(equalBytes(parseBundle(utf8(JSON.stringify(makeBundle(parts)))).payload, big)).toBe(true);
  });
});

interface ManagedBundle {
  verificationMaterial: { publicKey: { hint: string } };
  messageSignature: { messageDigest: { digest: string }; signature: string };
}

describe('managed keys of sigstore-conformance', () => {
  const artifact = vectorBytes('sigstore-conformance/a.txt');

  const read = (name: string): { pem: string; hint: string; signature: Uint8Array; digest: string } => {
    const folder = `sigstore-conformance/${name}`;
    const { verificationMaterial, messageSignature } = vectorJson(
      `${folder}/bundle.sigstore.json`,
    ) as ManagedBundle;
    return {
      pem: fromUtf8(vectorBytes(`${folder}/key.pub`)),
      hint: verificationMaterial.publicKey.hint,
      signature: Buffer.from(messageSignature.signature, 'base64'),
      digest: messageSignature.messageDigest.digest,
    };
  };

  test.each(['managed-key-happy-path', 'managed-key-and-trusted-root'])('%s verifies by its key', (name) => {
    const { pem, hint, signature, digest } = read(name);
    const key = fromPem(pem);
    expect(toBase64(nodeCrypto.sha256(artifact))).toBe(digest);
    expect(keyId(nodeCrypto, key)).toBe(hint);
    expect(nodeCrypto.verify(key, artifact, signature)).toBe(true);
    expect(nodeCrypto.verify(key, flipBit(artifact, 9), signature)).toBe(false);
  });

  test('managed-key-wrong-key_fail: the key is badly encoded, and does not verify even when that is mended', () => {
    const { pem, hint, signature } = read('managed-key-wrong-key_fail');
    expect(() => fromPem(pem)).toThrowCode('encoding');
    const mended = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64').toString('base64');
    const key: PublicKey = { alg: 'ecdsa-p256-sha256', spki: mended };
    expect(keyId(nodeCrypto, key)).not.toBe(hint);
    expect(nodeCrypto.verify(key, artifact, signature)).toBe(false);
  });

  test.each(['managed-key-happy-path', 'rekor2-dsse-happy-path'])(
    '%s is not in our form: it has log entries',
    (name) => {
      expect(() => parseBundle(vectorBytes(`sigstore-conformance/${name}/bundle.sigstore.json`))).toThrowCode(
        'bundle_invalid',
      );
    },
  );
});
