// The second decoder agrees with core's on everything: vectors, hostile texts, random JSON, and bytes that are no JSON.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAYLOAD_TYPE } from '../../../core/dsse/statement.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { knownPredicates } from '../../../core/review/known.ts';
import { viewDigest, viewOf } from '../../../core/review/view.ts';
import { runSecond } from '../../../main/review/second.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { count } from '../../support/counts.ts';
import { vectorBytes, vectorNames } from '../../support/vectors.ts';
import { samplePayload } from '../../support/world.ts';

const first = (payload: Uint8Array, type = PAYLOAD_TYPE) =>
  viewDigest(nodeCrypto, viewOf(nodeCrypto, '1', type, payload));
const second = (payload: Uint8Array, type = PAYLOAD_TYPE) => viewDigestOf('1', type, payload);
const agree = (payload: Uint8Array, type = PAYLOAD_TYPE) =>
  expect(second(payload, type)).toBe(first(payload, type));
const utf8 = (text: string) => new TextEncoder().encode(text);

const statement = (predicate: unknown, predicateType = 'https://cyclonedx.org/bom', more: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'a', digest: { sha256: 'ab' } }],
  predicateType,
  predicate,
  ...more,
});

describe('both decoders', () => {
  test('agree on published documents as predicates', () => {
    for (const folder of ['cyclonedx', 'spdx', 'openvex', 'in-toto-attestation'])
      for (const name of vectorNames(folder)) {
        const bytes = vectorBytes(`${folder}/${name}`);
        agree(bytes);
        agree(utf8(JSON.stringify(statement(JSON.parse(new TextDecoder().decode(bytes))))));
      }
  });

  test('agree on every known predicate type and on neighbours of them', () => {
    for (const type of knownPredicates.keys())
      for (const near of [type, `${type}/`, type.toUpperCase(), `${type} `])
        agree(canonical(statement({ a: 1 }, near)));
  });

  test.each([
    ['a duplicate name', '{"a":1,"a":2}'],
    ['a number that loses digits', '{"predicate":9007199254740993}'],
    ['numbers', '{"predicate":[0,0.0,1e2,1.50,1e21,0.1,-5,123456789012345680000,5e-324]}'],
    ['minus zero', '[-0]'],
    ['too small a number', '[1e-400]'],
    ['a BOM', '\ufeff{}'],
    ['trailing text', '{} x'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['a pair', '{"a":"\\ud83d\\ude00"}'],
    ['an escape that is none', '{"a":"\\x"}'],
    ['a raw control', '{"a":"\u0001"}'],
    ['spaces', ' { "a" : [ ] , "b" : { } } '],
    ['no-break space', '{\u00a0}'],
    ['names with ~ and /', '{"a/b":{"~":1}}'],
    ['__proto__', '{"__proto__":{"x":1},"constructor":2}'],
    ['names like indices', '{"2":1,"1":2}'],
    ['an unknown predicate after wide text', '{"ü😀":"é","predicate":{"x":"😀"},"z":1}'],
    [
      'subjects',
      '{"subject":[{"name":"a"},{"name":"a","digest":{"sha256":"x"}},5,{"digest":{"sha256":"x"}}]}',
    ],
    [
      'a subject that names a digest',
      '{"subject":[{"name":"sha256:x"},{"name":"b","digest":{"sha256":"x"}}]}',
    ],
    ['an empty predicate', '{"predicateType":"https://cyclonedx.org/bom","predicate":{}}'],
    ['nothing', ''],
    ['a string', '"x"'],
    ['an unfinished string', '{"a":"b\\'],
  ])('agree on %s', (_, text) => agree(utf8(text)));

  test('agree at the edge of depth and on bytes that are no UTF-8', () => {
    for (const depth of [63, 64, 65]) agree(utf8('['.repeat(depth) + ']'.repeat(depth)));
    for (const depth of [62, 63, 64]) agree(utf8(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`));
    agree(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d));
    agree(samplePayload(), 'application/octet-stream');
  });

  test('agree on which characters are hidden, all of Unicode', () => {
    for (let from = 0; from < 0x110000; from += 64) {
      const points = Array.from({ length: 64 }, (_, i) => from + i).filter((c) => c < 0xd800 || c > 0xdfff);
      agree(canonical(statement({ text: String.fromCodePoint(...points) })));
    }
    for (let code = 0; code < 0x3200; code++)
      agree(canonical(statement({ text: String.fromCodePoint(code) })));
  });

  test('agree on random statements and on mutilated ones', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.nat(),
        fc.nat(255),
        (value, name, where, byte) => {
          const text = JSON.stringify(
            statement(value, 'https://cyclonedx.org/bom', { [name]: value }),
            null,
            where % 3,
          );
          const bytes = utf8(text);
          agree(bytes);
          bytes[where % bytes.length] = byte;
          agree(bytes);
        },
      ),
      { numRuns: count(20_000) },
    );
  });
});

describe('the process', () => {
  test('answers the digest', async () => {
    const payload = samplePayload();
    expect(await runSecond()('1', PAYLOAD_TYPE, payload)).toBe(first(payload));
  });

  test('refuses an unknown version, and its death is no agreement', async () => {
    await expect(runSecond()('2', PAYLOAD_TYPE, samplePayload())).toRejectCode('second_decoder');
    await expect(runSecond({ entry: '/nowhere.ts' })('1', PAYLOAD_TYPE, samplePayload())).toRejectCode(
      'second_decoder',
    );
    await expect(runSecond({ timeoutMs: 1 })('1', PAYLOAD_TYPE, samplePayload())).toRejectCode(
      'second_decoder',
    );
  });
});
