// The pipeline's documents: what they say is real and legal, follows from a seed, and hides something only when it is to.
import { describe, expect, test } from 'vitest';
import { bodyOf, type Source } from '../../../demo/pipeline/documents/document.ts';
import { documentNames, type DocumentName, type Wording } from '../../../demo/pipeline/documents/kinds.ts';
import { findings } from '../../../demo/pipeline/documents/scan.ts';
import { readInventory } from '../../../demo/pipeline/inventory.ts';
import { randomOf } from '../../../demo/pipeline/random.ts';
import { SignBody } from '../../../contract/wire/sign.ts';
import { PAYLOAD_TYPE, statementOf } from '../../../core/dsse/statement.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { parseAs } from '../../../core/json/schema.ts';
import { knownPredicates } from '../../../core/review/known.ts';
import { isBlind, viewOf } from '../../../core/review/view.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';

const inventory = await readInventory();
const component = (name: string) => ({ type: 'library', name, version: '1.2.3' });
const source: Source = {
  build: {
    artifact: { name: 'signer-console-0.1.0.tgz', sha256: 'ab'.repeat(32) },
    sbom: {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: ['a', 'b', 'c', 'd', 'e'].map(component),
    },
    inventory,
  },
  seed: 7,
  trusted: `sha256:${'cd'.repeat(32)}`,
  keyful: 'file:keyful',
};
const at = new Date('2026-11-24T16:00:00Z');
const body = (name: DocumentName, n: number, wording?: Wording, seed = 7): SignBody =>
  bodyOf({ ...source, seed }, { name, n, at, ...(wording === undefined ? {} : { wording }) });

function viewed({ subject, predicateType, predicate }: SignBody) {
  const payload = canonical(statementOf({ subject, predicateType, predicate }));
  return { payload, view: viewOf(nodeCrypto, '1', PAYLOAD_TYPE, payload) };
}

describe.each(documentNames)('%s', (name) => {
  test('is a body that the Signer takes, whatever its number', () => {
    for (let n = 0; n < count(500); n++) expect(() => parseAs(SignBody, body(name, n))).not.toThrow();
  });

  test('follows from seed and number alone', () => {
    expect(body(name, 5)).toEqual(body(name, 5));
    expect(body(name, 5)).not.toEqual(body(name, 6));
    expect(body(name, 5)).not.toEqual(body(name, 5, undefined, 8));
  });

  test('is explained by a decoder, all but the one that is not to be', () => {
    const { view } = viewed(body(name, 3));
    expect(isBlind(view)).toBe(name === 'blind');
    expect(view.notRendered.length > 0).toBe(name === 'blind');
    expect(view.flags.map(({ code }) => code)).toEqual(
      name === 'blind' ? ['blind', 'predicate-unknown'] : [],
    );
  });

  test('is small enough to be read', () => {
    expect(viewed(body(name, 4)).payload.length).toBeLessThan(200_000);
  });

  test('has names that are long and legal when it is to', () => {
    const [subject] = body(name, 4, 'long').subject;
    expect(subject?.name.length).toBeGreaterThan(80);
    expect(viewed(body(name, 4, 'long')).view.flags.some(({ code }) => code === 'hidden-text')).toBe(false);
  });
});

test.each(['scan', 'vex', 'promotion', 'keyful'] as const)(
  '%s hides text when it is to, and is flagged',
  (name) => {
    expect(viewed(body(name, 4, 'hidden')).view.flags).toContainEqual({
      code: 'hidden-text',
      severity: 'danger',
    });
  },
);

test('the first dozen hide nothing; later a few do, most do not', () => {
  const hides = (n: number): boolean =>
    viewed(body('promotion', n)).view.flags.some(({ code }) => code === 'hidden-text');
  const numbers = [...Array(412).keys()];
  expect(numbers.slice(0, 12).filter(hides)).toEqual([]);
  const later = numbers.slice(12).filter(hides).length;
  expect(later).toBeGreaterThan(10);
  expect(later).toBeLessThan(80);
});

test('the scan finds what the lock file says: licences, scripts, no package that is fine', () => {
  const found = findings(inventory);
  const script = inventory.filter((one) => one.script).map((one) => `INSTALL-SCRIPT:${one.name}`);
  expect(script.length).toBeGreaterThan(0);
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(script));
  const asking = inventory.filter(({ licence }) => licence === 'MPL-2.0');
  expect(asking.length).toBeGreaterThan(0);
  for (const { name } of asking) expect(found.some(({ id }) => id === `LICENCE-MPL-2.0:${name}`)).toBe(true);
  expect(found.filter(({ of, id }) => of.licence === 'MIT' && id.startsWith('LICENCE-'))).toEqual([]);
  expect(found.map(({ score }) => score)).toEqual(
    found
      .map(({ score }) => score)
      .sort((a, b) => ['high', 'medium', 'low'].indexOf(a) - ['high', 'medium', 'low'].indexOf(b)),
  );
});

test('the first SBOM is of the file that was packed; a later one has one to three other versions in it', () => {
  expect(body('sbom', 0).subject).toEqual([
    { name: source.build.artifact.name, digest: { sha256: source.build.artifact.sha256 } },
  ]);
  expect(body('sbom', 0).predicate).toEqual(source.build.sbom);
  const versions = (n: number) =>
    (body('sbom', n).predicate['components'] as { version: string }[]).map(({ version }) => version);
  for (let n = 1; n < 40; n++) {
    const changed = versions(n).filter((version) => version !== '1.2.3');
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(4);
    expect(new Set(changed)).toEqual(new Set(['1.2.4']));
  }
});

test('only the blind one is of a type that nobody knows, and the keyful one names the key', () => {
  for (const name of documentNames) {
    expect(knownPredicates.has(body(name, 9).predicateType)).toBe(name !== 'blind');
    expect(body(name, 9).options.keyId).toBe(name === 'keyful' ? 'file:keyful' : undefined);
    expect(body(name, 9).scannerImageDigest === source.trusted).toBe(name === 'keyful');
  }
});

test('the numbers of chance reach their whole range and no further', () => {
  const random = randomOf(1, 1);
  const seen = new Set(Array.from({ length: 400 }, () => random.int(6)));
  expect(seen).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  expect(new Set(random.some([1, 2, 3], 9))).toEqual(new Set([1, 2, 3]));
  expect(() => random.pick([])).toThrow(TypeError);
});
