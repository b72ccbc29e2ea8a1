// What a document says first: counted in the view, a dozen facts, bounded texts.
import { describe, expect, test } from 'vitest';
import { PAYLOAD_TYPE } from '../../../../core/dsse/statement.ts';
import { viewOf } from '../../../../core/review/view.ts';
import { documentOf, headlineClaims, MOST_FACTS } from '../../../../main/app/acts/headline.ts';
import { nodeCrypto } from '../../../../ports/crypto.ts';
import { samplePayload } from '../../../support/world.ts';

const VULNS = 'https://in-toto.io/attestation/vulns/v0.2';
const VEX = 'https://openvex.dev/ns/v0.2.0';

function said(predicateType: string, predicate: object): Record<string, unknown> {
  const view = viewOf(nodeCrypto, '1', PAYLOAD_TYPE, samplePayload('a', predicateType, predicate));
  const claims = headlineClaims(documentOf(predicateType), view);
  expect(claims.length).toBeLessThanOrEqual(MOST_FACTS);
  return Object.fromEntries(claims.map(({ path, value }) => [path, value]));
}

describe('by type', () => {
  test('a CycloneDX SBOM: components, its subject, its vulnerabilities by worst rating', () => {
    const component = (n: number) => ({ name: `c${n}`, version: '1' });
    expect(
      said('https://cyclonedx.org/bom', {
        specVersion: '1.6',
        metadata: { component: { name: 'app', version: '2.1' } },
        components: Array.from({ length: 11 }, (_, n) => component(n)),
        vulnerabilities: [
          { id: 'A', ratings: [{ severity: 'low' }, { severity: 'critical' }] },
          { id: 'B', ratings: [{ severity: 'medium' }] },
          { id: 'C' },
        ],
      }),
    ).toMatchObject({
      components: 11,
      '/predicate/metadata/component/name': 'app',
      '/predicate/metadata/component/version': '2.1',
      vulnerabilities: 3,
      'severity.critical': 1,
      'severity.high': 0,
      'severity.medium': 1,
      'severity.unknown': 1,
      '/predicate/specVersion': '1.6',
    });
    expect(said('https://cyclonedx.org/bom', { components: [] })).toEqual({ components: 0 });
  });

  test('a scan report: by words and by CVSS scores, the worst of each', () => {
    const result = (id: string, ...scores: string[]) => ({
      id,
      severity: scores.map((score) => ({ method: 'm', score })),
    });
    const scanner = {
      uri: 'pkg:generic/scanner',
      result: [
        result('A', 'HIGH', '9.8'),
        result('B', '6.9'),
        result('C', '3'),
        result('D', 'odd'),
        result('E', '0'),
      ],
    };
    expect(said(VULNS, { scanner })).toMatchObject({
      vulnerabilities: 5,
      'severity.critical': 1,
      'severity.high': 0,
      'severity.medium': 1,
      'severity.low': 1,
      'severity.none': 1,
      'severity.unknown': 1,
      '/predicate/scanner/uri': 'pkg:generic/scanner',
    });
    expect(said(VULNS, { scanner: { result: [] } })).toMatchObject({ vulnerabilities: 0 });
  });

  test('a VEX document: its statements by status, and what is no status of it', () => {
    const statements = ['not_affected', 'not_affected', 'fixed', 'sure'].map((status) => ({ status }));
    expect(said(VEX, { author: 'us', statements })).toMatchObject({
      statements: 4,
      'status.not_affected': 2,
      'status.affected': 0,
      'status.fixed': 1,
      'status.other': 1,
      '/predicate/author': 'us',
    });
  });

  test('provenance, promotion, and what has no facts of its own', () => {
    expect(
      said('https://slsa.dev/provenance/v1', {
        buildDefinition: { buildType: 'npm', resolvedDependencies: [{ uri: 'a' }, { uri: 'b' }] },
        runDetails: { builder: { id: 'https://builder.test' } },
      }),
    ).toMatchObject({ '/predicate/runDetails/builder/id': 'https://builder.test', dependencies: 2 });
    const promotion = said('https://stella.ops/promotion/v1', {
      by: 'ci',
      from: 'staging',
      to: 'production',
      n: 1.5,
    });
    expect(Object.keys(promotion)).toEqual([
      '/predicate/from',
      '/predicate/to',
      '/predicate/by',
      '/predicate/n',
    ]);
    expect(said('https://stella.ops/replay/v1', { ok: true })).toEqual({ '/predicate/ok': true });
    expect(said('https://unknown.test/x', { a: 1 })).toEqual({});
  });
});

test('of a grant its limits, its types and the outage come first', () => {
  const predicateTypes = Array.from({ length: 16 }, (_, n) => `https://types.test/${n}`);
  const outage = { host: 'poe.test', reason: 'timeout', foundAt: 'now', lastYes: 'none', ttlSeconds: '20' };
  const grant = {
    cause: 'it is down',
    count: 5,
    minutes: 15,
    outage,
    predicateTypes,
    requestId: 'x',
    tenant: 'acme',
  };
  expect(said('https://stella.ops/grant/v1', grant)).toEqual({
    types: 16,
    '/predicate/count': 5,
    '/predicate/minutes': 15,
    '/predicate/predicateTypes/0': 'https://types.test/0',
    '/predicate/predicateTypes/1': 'https://types.test/1',
    '/predicate/predicateTypes/2': 'https://types.test/2',
    '/predicate/predicateTypes/3': 'https://types.test/3',
    '/predicate/cause': 'it is down',
    '/predicate/outage/host': 'poe.test',
    '/predicate/outage/reason': 'timeout',
    '/predicate/outage/foundAt': 'now',
    '/predicate/outage/lastYes': 'none',
  });
});

test('a text that is long, or ends within a character, is cut and tells its length; a hundred facts are a dozen', () => {
  const long = `${'x'.repeat(299)}😀${'y'.repeat(5000)}`;
  const type = 'https://stella.ops/promotion/v1';
  const view = viewOf(nodeCrypto, '1', PAYLOAD_TYPE, samplePayload('a', type, { from: long, to: 'b' }));
  const [from] = headlineClaims('promotion', view);
  expect(from).toEqual({ path: '/predicate/from', value: 'x'.repeat(299), size: long.length });
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`m${n}`, n]));
  expect(Object.keys(said(type, many))).toHaveLength(MOST_FACTS);
});

test('a count is of members, whatever their names are: a huge index is one', () => {
  expect(said('https://cyclonedx.org/bom', { components: { '999999999': { name: 'x' }, 'a/b': 1 } })).toEqual(
    {
      components: 2,
    },
  );
});
