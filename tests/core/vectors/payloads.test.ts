// Real SBOMs and VEX documents as payloads: read strictly, digested stably, and carried without a changed byte.
import { describe, expect, test } from 'vitest';
import { equalBytes, utf8 } from '../../../core/bytes/bytes.ts';
import { makeEnvelope, parseEnvelope, payloadOf } from '../../../core/dsse/envelope.ts';
import { parseStatement, statementOf } from '../../../core/dsse/statement.ts';
import { canonical, parseCanonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { parseStrict, type Json } from '../../../core/json/parse.ts';
import { parseWithSpans } from '../../../core/json/spans.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { vectorBytes, vectorNames } from '../../support/vectors.ts';

const files = ['spdx', 'cyclonedx', 'openvex'].flatMap((folder) =>
  vectorNames(folder).map((name) => `${folder}/${name}`),
);

test('documents of all three kinds are here', () => expect(files.length).toBeGreaterThanOrEqual(30));

describe.each(files)('%s', (file) => {
  const bytes = vectorBytes(file);
  const value = parseStrict(bytes);

  test('means what JSON.parse says it means, also with its members turned around', () => {
    const theirs = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    expect(value).toEqual(theirs);
    const turned = JSON.parse(JSON.stringify(theirs), (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).reverse())
        : part,
    ) as Json;
    expect(digestOf(nodeCrypto, turned)).toBe(digestOf(nodeCrypto, value));
    expect(parseCanonical(canonical(value))).toEqual(value);
    const { start, end } = parseWithSpans(bytes);
    expect(parseStrict(bytes.subarray(start, end))).toEqual(value);
  });

  test('travels as a predicate and in an envelope', () => {
    const predicate = value as { [key: string]: Json };
    const subject = [{ name: 'a', digest: { sha256: '00'.repeat(32) } }];
    const payload = canonical(
      statementOf({ subject, predicateType: 'https://example.com/document', predicate }),
    );
    expect(parseStatement(payload).predicate).toEqual(value);
    const envelope = makeEnvelope('application/json', bytes, [{ keyid: 'k', signature: Uint8Array.of(1) }]);
    expect(equalBytes(payloadOf(parseEnvelope(utf8(JSON.stringify(envelope)))), bytes)).toBe(true);
  });
});
