// A whole evidence file verifies; change any one thing in it, and it does not.
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { parseEvidence, type Evidence } from '../../../core/evidence-file/evidence.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { verifyByDirectory, verifyByKey } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { mutants, type Json } from '../../support/mutants.ts';
import { playStory, bundleBy, type Plot } from '../../support/evidence-world.ts';
import { NOW, makeWorld, samplePayload } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben, cai } = world.people;
const manual = playStory(world);
const keyful: Plot = {
  approve: [ana, ben],
  request: { keys: [world.held], findings: manual.request.findings.map((f) => ({ ...f, result: 'pass' })) },
};

function refuses(candidate: Json): boolean {
  try {
    verifyEvidence(nodeCrypto, world.trust, parseEvidence(canonical(candidate)));
    return false;
  } catch (error) {
    if (isFault(error)) return true;
    throw error;
  }
}

describe('an honest evidence file', () => {
  test('of a manual approval verifies, and says as of when', () => {
    const verdict = verifyEvidence(nodeCrypto, world.trust, manual.evidence());
    expect(verdict).toMatchObject({
      outcome: 'signed',
      officers: ['ana'],
      directory: 1,
      checkpoint: manual.log.leaves.length,
    });
    expect(verdict.cosigners).toEqual(['signer.test/log/witness/ana-machine']);
  });
  test('of a keyful signature by two officers verifies', () => {
    expect(verifyEvidence(nodeCrypto, world.trust, playStory(world, keyful).evidence()).officers).toEqual([
      'ana',
      'ben',
    ]);
  });
  test('of a denial verifies as denied', () => {
    expect(
      verifyEvidence(nodeCrypto, world.trust, playStory(world, { approve: [], deny: [cai] }).evidence())
        .outcome,
    ).toBe('denied');
  });
  test('of an approval that another officer denied verifies as denied', () => {
    const story = playStory(world, { ...keyful, approve: [ana], deny: [ben] });
    expect(verifyEvidence(nodeCrypto, world.trust, story.evidence()).outcome).toBe('denied');
  });
});

describe('nothing in it goes unchecked', () => {
  for (const [name, plot] of [
    ['manual', {}],
    ['keyful', keyful],
    ['denied', { approve: [], deny: [cai] }],
  ] as const) {
    test(`${name}: every single change is refused`, () => {
      const file = playStory(world, plot).evidence() as unknown as Json;
      expect(refuses(file)).toBe(false);
      let tried = 0;
      for (const [where, mutant] of mutants(file, '')) {
        expect(refuses(mutant), where).toBe(true);
        tried += 1;
      }
      expect(tried).toBeGreaterThan(800);
    });
  }
  test('a leaf of another request beside the right ones is refused', () => {
    const story = playStory(world);
    const evidence = story.evidence();
    const spare = story.log.leaf(1);
    evidence.leaves = [...evidence.leaves, spare].sort((a, b) => a.index - b.index);
    expect(() => verifyEvidence(nodeCrypto, world.trust, evidence)).toThrowCode('evidence_mismatch');
  });
  test('a cosignature of somebody unknown is refused', () => {
    const stranger = makeWorld().people.ana;
    expect(() =>
      verifyEvidence(nodeCrypto, world.trust, playStory(world, { cosigners: [stranger] }).evidence()),
    ).toThrowCode('witness_unknown');
  });
  test('too few cosignatures are refused when policy asks for them', () => {
    const strict = makeWorld({ witnesses: 2 });
    expect(() => verifyEvidence(nodeCrypto, strict.trust, playStory(strict).evidence())).toThrowCode(
      'witness_missing',
    );
    const both = playStory(strict, { cosigners: [strict.people.cai, strict.people.ben] });
    expect(verifyEvidence(nodeCrypto, strict.trust, both.evidence()).outcome).toBe('signed');
  });
});

describe('a bundle', () => {
  const artifact = nodeCrypto.sha256(Buffer.from('app.tgz'));
  const bundle = canonical(manual.bundles[0]!);
  const evidence: Evidence = manual.evidence();

  test('with its evidence is approved', () => {
    expect(verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, evidence, NOW)).toMatchObject({
      says: 'approved',
      key: 'file:release-approved',
    });
  });
  test('of an approval-only key without evidence is refused', () => {
    expect(() => verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, null, NOW)).toThrowCode(
      'approval_missing',
    );
  });
  test("with another request's evidence is refused", () => {
    const other = playStory(world, { payload: samplePayload('other.tgz') }).evidence();
    expect(() => verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, other, NOW)).toThrowCode(
      'evidence_mismatch',
    );
  });
  test('by a bare key is a signature only', () => {
    expect(verifyByKey(nodeCrypto, bundle, artifact, world.keys['file:release-approved']!.key).says).toBe(
      'signature',
    );
  });
  test('by another key, or over another artifact, is refused', () => {
    expect(() => verifyByKey(nodeCrypto, bundle, artifact, world.keys['file:release']!.key)).toThrowCode(
      'key_hint_mismatch',
    );
    expect(() =>
      verifyByKey(
        nodeCrypto,
        bundle,
        nodeCrypto.sha256(Buffer.from('x')),
        world.keys['file:release-approved']!.key,
      ),
    ).toThrowCode('subject_mismatch');
  });
  test('by a plain release key needs no approvals; by the log key it is refused', () => {
    const plain = canonical(bundleBy(world, 'file:release', manual.payload));
    expect(verifyByDirectory(nodeCrypto, plain, artifact, world.trust, null, NOW).says).toBe('directory');
    const misused = canonical(bundleBy(world, 'file:attestation', manual.payload));
    expect(() => verifyByDirectory(nodeCrypto, misused, artifact, world.trust, null, NOW)).toThrowCode(
      'key_use',
    );
  });
  test('held, but signed with a key that is not approval-only, is refused', () => {
    const story = playStory(world);
    story.bundles.splice(0, 1, bundleBy(world, 'file:release', story.payload));
    expect(() => verifyEvidence(nodeCrypto, world.trust, story.evidence())).toThrowCode(
      'approval_only_misused',
    );
  });
  test('whose payload has one byte flipped is refused', () => {
    const flipped = structuredClone(manual.bundles[0]!);
    const payload = Buffer.from(flipped.dsseEnvelope.payload, 'base64');
    payload[payload.length - 3]! ^= 1;
    flipped.dsseEnvelope.payload = payload.toString('base64');
    expect(() =>
      verifyByDirectory(nodeCrypto, canonical(flipped), artifact, world.trust, evidence, NOW),
    ).toThrow();
  });
});
