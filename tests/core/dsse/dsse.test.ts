// PAE, envelopes and statements: the published vectors, and the forms that must not pass.
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../core/bytes/base64.ts';
import { concat, fromUtf8, utf8 } from '../../../core/bytes/bytes.ts';
import { Envelope, makeEnvelope, parseEnvelope, payloadOf } from '../../../core/dsse/envelope.ts';
import { pae } from '../../../core/dsse/pae.ts';
import { PAYLOAD_TYPE, hasSubject, parseStatement, statementOf } from '../../../core/dsse/statement.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { parseStrict } from '../../../core/json/parse.ts';
import { algorithmOf } from '../../../core/key/pem.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { vectorBytes, vectorJson, vectorNames } from '../../support/vectors.ts';

interface DsseVector {
  jwk: JsonWebKey;
  pae: string;
  envelope: { payload: string; payloadType: string; signatures: [{ sig: string }] };
}

/** An unsigned number of 32 bytes as a DER INTEGER. */
function derInteger(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const short = bytes.subarray(from);
  const body = (short[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), short) : short;
  return concat(Uint8Array.of(2, body.length), body);
}

function derSignature(p1363: Uint8Array): Uint8Array {
  const body = concat(derInteger(p1363.subarray(0, 32)), derInteger(p1363.subarray(32)));
  return concat(Uint8Array.of(0x30, body.length), body);
}

describe('the vector of DSSE', () => {
  const vector = vectorJson('dsse/vector.json') as DsseVector;
  const { payload, payloadType, signatures } = vector.envelope;
  const { kty, crv, x, y } = vector.jwk;
  const jwk = { kty, crv, x, y } as JsonWebKey;
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  const key = { alg: algorithmOf(spki), spki: toBase64(spki) };
  const message = pae(payloadType, fromBase64(payload));

  test('PAE', () => expect(fromUtf8(message)).toBe(vector.pae));

  test('its signature is IEEE P1363: it verifies as DER once converted, and never as it stands', () => {
    const sig = fromBase64(signatures[0].sig);
    expect(sig).toHaveLength(64);
    expect(nodeCrypto.verify(key, message, derSignature(sig))).toBe(true);
    expect(nodeCrypto.verify(key, message, sig)).toBe(false);
    expect(nodeCrypto.verify(key, pae(`${payloadType} `, fromBase64(payload)), derSignature(sig))).toBe(
      false,
    );
  });

  test('its envelope names no key, so it is none of ours', () => {
    expect(() => parseEnvelope(utf8(JSON.stringify(vector.envelope)))).toThrowCode('envelope_invalid');
  });
});

describe('PAE', () => {
  test('counts bytes, not characters, and keeps type and payload apart', () => {
    expect(fromUtf8(pae('é', utf8('😀')))).toBe('DSSEv1 2 é 4 😀');
    expect(fromUtf8(pae('', utf8('')))).toBe('DSSEv1 0  0 ');
    expect(pae('a', utf8('b c'))).not.toEqual(pae('a 1 b', utf8('c')));
    expect(() => pae('\ud800', utf8(''))).toThrowCode('encoding');
  });
});

describe('envelope', () => {
  const made = makeEnvelope('text/plain', utf8('hello'), [
    { keyid: 'a', signature: Uint8Array.of(1, 2, 3) },
    { keyid: 'b', signature: Uint8Array.of(4) },
  ]);
  const bytes = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

  test('round trip', () => {
    expect(parseEnvelope(bytes(made))).toEqual(made);
    expect(fromUtf8(payloadOf(made))).toBe('hello');
    expect(() => makeEnvelope('text/plain', utf8(''), [])).toThrowCode('envelope_invalid');
    const twice = [made.signatures[0], made.signatures[0]].map(() => ({
      keyid: 'a',
      signature: Uint8Array.of(1),
    }));
    expect(() => makeEnvelope('text/plain', utf8(''), twice)).toThrowCode('envelope_invalid');
  });

  const [one] = made.signatures;
  test.each([
    ['no signatures', { ...made, signatures: [] }],
    ['a key twice', { ...made, signatures: [one, { ...one, sig: 'BAQE' }] }],
    ['an unknown member', { ...made, comment: 'x' }],
    ['an unknown member in a signature', { ...made, signatures: [{ ...one, cert: 'x' }] }],
    ['an empty key id', { ...made, signatures: [{ ...one, keyid: '' }] }],
    ['an empty signature', { ...made, signatures: [{ ...one, sig: '' }] }],
    ['base64url', { ...made, payload: '-_-_' }],
    ['stray bits', { ...made, payload: 'aGVsbG9=' }],
    ['no padding', { ...made, payload: 'aGVsbG8' }],
    [
      '65 signatures',
      { ...made, signatures: Array.from({ length: 65 }, (_, i) => ({ keyid: `k${i}`, sig: 'AAAA' })) },
    ],
    ['an array', [made]],
    ['null', null],
  ])('refuses %s', (_, value) => expect(() => parseEnvelope(bytes(value))).toThrowCode('envelope_invalid'));

  test('refuses a member that is there twice', () => {
    const text = JSON.stringify(made).replace('{"payload"', '{"payload":"AAAA","payload"');
    expect(() => parseEnvelope(utf8(text))).toThrowCode('json_duplicate_key');
  });
});

describe('vectors of in-toto', () => {
  const names = vectorNames('in-toto-attestation');
  const statements = names.filter((name) => name.startsWith('spec_predicates'));
  const descriptors = names.filter((name) => !statements.includes(name));

  test('eight statements and five descriptors', () =>
    expect([statements.length, descriptors.length]).toEqual([8, 5]));

  test.each(statements)('%s is accepted, and its bytes come back unchanged', (name) => {
    const payload = vectorBytes(`in-toto-attestation/${name}`);
    const statement = parseStatement(payload);
    expect(statement).toEqual(JSON.parse(fromUtf8(payload)));
    expect(canonical(statement)).toEqual(canonical(parseStrict(payload)));
    const envelope = makeEnvelope(PAYLOAD_TYPE, payload, [{ keyid: 'k', signature: Uint8Array.of(1) }]);
    expect(payloadOf(parseEnvelope(utf8(JSON.stringify(envelope))))).toEqual(payload);
    expect(Envelope.parse(envelope)).toEqual(envelope);
  });

  test.each(descriptors)('%s is no statement', (name) => {
    expect(() => parseStatement(vectorBytes(`in-toto-attestation/${name}`))).toThrowCode('statement_invalid');
  });
});

describe('statement', () => {
  const sha256 = 'ab'.repeat(32);
  const input = {
    subject: [{ name: 'a.tgz', digest: { sha256 } }],
    predicateType: 'https://example.com/p/v1',
    predicate: { n: 1 },
  };
  const made = statementOf(input);
  const bytes = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

  test('is what it was made of', () => {
    expect(made).toEqual({ _type: 'https://in-toto.io/Statement/v1', ...input });
    const parsed = parseStatement(canonical(made));
    expect(hasSubject(parsed, sha256)).toBe(true);
    expect(hasSubject(parsed, sha256.toUpperCase())).toBe(false);
  });

  test('a predicate keeps members that assignment would lose', () => {
    const predicate = parseStrict(utf8('{"__proto__":{"a":1}}')) as { [key: string]: never };
    const payload = canonical(statementOf({ ...input, predicate }));
    expect(fromUtf8(payload)).toContain('"__proto__":{"a":1}');
    expect(canonical(parseStatement(payload))).toEqual(payload);
  });

  test('a digest set keeps every member, and inherited ones are none', () => {
    const text = fromUtf8(canonical(made)).replace('{"sha256"', '{"__proto__":"00","sha256"');
    expect(canonical(parseStatement(utf8(text)))).toEqual(utf8(text));
    const inherited = fromUtf8(canonical(made)).replace('{"sha256"', '{"sha1"');
    expect(hasSubject(parseStatement(utf8(inherited)), sha256)).toBe(false);
  });

  const subject = input.subject[0];
  test.each([
    ['another _type', { ...made, _type: 'https://in-toto.io/Statement/v0.1' }],
    ['no subject', { ...made, subject: [] }],
    ['a subject without digest', { ...made, subject: [{ name: 'a' }] }],
    ['an empty digest set', { ...made, subject: [{ ...subject, digest: {} }] }],
    ['a digest that is no text', { ...made, subject: [{ ...subject, digest: { sha256: 1 } }] }],
    ['an unknown member', { ...made, note: 'x' }],
    ['an unknown member in a subject', { ...made, subject: [{ ...subject, hidden: 'x' }] }],
    ['a predicate that is no object', { ...made, predicate: [] }],
    ['no predicate', { ...made, predicate: undefined }],
    ['a predicate type that is no URI', { ...made, predicateType: 'sbom' }],
    ['a predicate type with a blank', { ...made, predicateType: 'https://a b' }],
  ])('reading refuses %s', (_, value) =>
    expect(() => parseStatement(bytes(value))).toThrowCode('statement_invalid'),
  );

  test.each([
    ['upper case', { sha256: sha256.toUpperCase() }],
    ['a short digest', { sha256: 'ab' }],
    ['no hex', { sha256: 'x'.repeat(64) }],
    ['half a byte', { gitTree: 'abc' }],
    ['a strange name', { 'sha 256': sha256 }],
    ['nothing', {}],
  ])('making refuses a digest set of %s', (_, digest) => {
    const wrong = { ...input, subject: [{ name: 'a', digest: digest as Record<string, string> }] };
    expect(() => statementOf(wrong)).toThrowCode('statement_invalid');
  });

  test('making takes other digests of whole bytes', () => {
    const digest = { sha256, gitCommit: 'ab'.repeat(20), blake2b: 'ab'.repeat(64) };
    expect(
      parseStatement(canonical(statementOf({ ...input, subject: [{ name: 'a', digest }] }))).subject[0]
        ?.digest,
    ).toEqual(digest);
  });
});
