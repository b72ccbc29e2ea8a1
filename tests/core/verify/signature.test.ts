// What a key signed counts by its place in the log: before, while and after it is replaced; and by nothing that was edited.
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../core/directory/directory.ts';
import { anyEvidence, isSignature, parseAnyEvidence } from '../../../core/evidence-file/any.ts';
import type { SignatureEvidence } from '../../../core/evidence-file/signature.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { verifyChain, type DirectoryChain, type Trust } from '../../../core/trust/chain.ts';
import { verifySignature } from '../../../core/verify/signature.ts';
import { verifyByDirectory } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { playStory } from '../../support/evidence-world.ts';
import { mutants } from '../../support/mutants.ts';
import { replaceKey } from '../../support/rotate.ts';
import { playSigned, type SignedPlot } from '../../support/signature-world.ts';
import { NOW, makeWorld, samplePayload, successor } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben, cai } = world.people;
const artifact = nodeCrypto.sha256(Buffer.from('app.tgz'));
const END = '2026-11-24T12:00:00.000Z';
const AFTER = '2026-11-24T12:00:00.001Z';

const grown = (chain: DirectoryChain, change: (next: Directory) => void): DirectoryChain =>
  successor(chain, change, [ben, cai]);
const trusting = (chain: DirectoryChain): Trust => verifyChain(nodeCrypto, chain, world.pin);
const state = (next: Directory, as: Directory['keys'][number]['state']): void =>
  void (next.keys.find((key) => key.name === 'file:release')!.state = as);

/** 1: active. 2: retiring, replaced. 3: something else changes. 4: revoked. */
const rotated = grown(world.chain, (next) =>
  replaceKey(world, next, 'file:release', 'file:release-2', { old: { notAfter: END } }),
);
const waiting = grown(rotated, (next) => void (next.issuedAt = '2026-11-24T13:00:00Z'));
const revoked = grown(waiting, (next) => state(next, 'revoked'));
const compromised = grown(rotated, (next) => state(next, 'compromised'));

const verdict = (chain: DirectoryChain, evidence: SignatureEvidence) =>
  verifySignature(nodeCrypto, trusting(chain), evidence);
const refused = (chain: DirectoryChain, plot: SignedPlot, code: string): void =>
  expect(() => verdict(chain, playSigned(world, { chain, ...plot }))).toThrowCode(code);

describe('in force where it stands', () => {
  test.each<[string, DirectoryChain, SignedPlot, string]>([
    ['while nothing changed', world.chain, {}, 'active'],
    ['before the rotation', rotated, { after: [2] }, 'retiring'],
    ['in the overlap', rotated, { before: [1, 2], shown: [2] }, 'retiring'],
    ['with the new key', rotated, { before: [1, 2], shown: [2], key: 'file:release-2' }, 'active'],
    ['before it, once revoked', revoked, { after: [2, 3, 4], shown: [1, 2] }, 'revoked'],
    ['in the overlap, once revoked', revoked, { before: [1, 2], after: [3, 4], shown: [2, 4] }, 'revoked'],
    ['in the overlap, which goes on', waiting, { before: [1, 2], after: [3], shown: [2] }, 'retiring'],
    ['in the overlap, just before', revoked, { before: [1, 2, 3], after: [4], shown: [3, 4] }, 'revoked'],
    ['once compromised', compromised, { after: [2, 3], shown: [1, 2] }, 'compromised'],
    ['at the very end', rotated, { before: [1, 2], shown: [2], signed: { at: END } }, 'retiring'],
  ])('%s', (_name, chain, plot, now) => {
    const key = plot.key ?? 'file:release';
    const evidence = playSigned(world, { chain, ...plot });
    expect(verdict(chain, evidence)).toMatchObject({ key, state: now, signer: world.pin });
    const bundle = canonical(evidence.bundle);
    // A verifier that has not heard of the rotation learns of it from the file.
    for (const trusted of [chain, world.chain])
      expect(
        verifyByDirectory(nodeCrypto, bundle, artifact, trusting(trusted), evidence, AFTER),
      ).toMatchObject({ says: 'logged', key, signature: { directory: chain.versions.length } });
  });
});

describe('not in force where it stands', () => {
  test.each<[string, DirectoryChain, SignedPlot, string]>([
    ['after it was revoked', revoked, { before: [1, 2, 3, 4], shown: [4] }, 'key_window'],
    ['before its time', world.chain, { signed: { at: '2025-12-31T23:59:59Z' } }, 'key_window'],
    ['after its end', rotated, { before: [1, 2], shown: [2], signed: { at: AFTER } }, 'key_window'],
    ['after an end that was set later', rotated, { after: [2], signed: { at: AFTER } }, 'key_window'],
    [
      'under a version that was over, and the later one is shown',
      revoked,
      { before: [1, 2], shown: [1, 2], signed: { directory: trusting(world.chain).latestDigest } },
      'order_wrong',
    ],
    [
      'after it was revoked, under the version before',
      revoked,
      { before: [1, 2, 3, 4], shown: [3, 4], signed: { directory: trusting(waiting).latestDigest } },
      'order_wrong',
    ],
    ['with the key that was not there yet', rotated, { key: 'file:release-2', after: [2] }, 'key_unknown'],
  ])('%s', (_name, chain, plot, code) => refused(chain, plot, code));
});

describe('what is left out, or belongs to something else', () => {
  test.each<[string, DirectoryChain, SignedPlot, string]>([
    ['the later leaf', rotated, { after: [2], shown: [1] }, 'key_proof_missing'],
    [
      'the later leaf, when it stands before',
      rotated,
      { before: [1, 2], shown: [1], signed: { directory: world.pin } },
      'key_proof_missing',
    ],
    ['the leaf of the version that it names', rotated, { before: [1, 2], shown: [1] }, 'leaf_missing'],
    [
      'the later leaf in the place of another',
      revoked,
      { after: [2, 3, 4], shown: [1, 4] },
      'key_proof_missing',
    ],
    ['a leaf too many', waiting, { after: [2, 3], shown: [1, 2, 3] }, 'evidence_mismatch'],
    ['another payload', world.chain, { signed: { payloadDigest: world.pin } }, 'evidence_mismatch'],
    ['another bundle', world.chain, { signed: { bundle: world.pin } }, 'evidence_mismatch'],
    [
      'another tenant, for a key of some',
      grown(world.chain, (d) => void (d.keys[0]!.tenants = ['beta'])),
      { before: [1, 2], shown: [2] },
      'key_use',
    ],
    ['an approval-only key', world.chain, { key: 'file:release-approved' }, 'approval_missing'],
    ['the attestation key', world.chain, { key: 'file:attestation' }, 'key_use'],
    [
      'a version nobody knows',
      world.chain,
      { signed: { directory: `sha256:${'7'.repeat(64)}` } },
      'directory_invalid',
    ],
  ])('%s', (_name, chain, plot, code) => refused(chain, plot, code));

  test("another bundle's leaf", () => {
    const [own, other] = [playSigned(world), playSigned(world, { payload: samplePayload('other.tgz') })];
    expect(() => verdict(world.chain, { ...other, bundle: own.bundle })).toThrowCode('evidence_mismatch');
    expect(() =>
      verifyByDirectory(nodeCrypto, canonical(own.bundle), artifact, world.trust, other, NOW),
    ).toThrowCode('evidence_mismatch');
  });

  test('a file from before the rotation, once the verifier knows of it', () => {
    const old = playSigned(world);
    expect(verdict(world.chain, old).state).toBe('active');
    expect(() => verdict(rotated, old)).toThrowCode('key_proof_missing');
  });

  test('a chain that nobody signed, or that lacks the versions of its leaves', () => {
    const forged = structuredClone(rotated);
    state(forged.versions[1]!.directory, 'active');
    expect(() => verifySignature(nodeCrypto, world.trust, playSigned(world, { chain: forged }))).toThrowCode(
      'directory_invalid',
    );
    const unsigned = structuredClone(rotated);
    unsigned.versions[1]!.signatures.pop();
    expect(() =>
      verifySignature(nodeCrypto, world.trust, playSigned(world, { chain: unsigned, after: [2] })),
    ).toThrowCode('directory_quorum');
    const short = { ...playSigned(world, { chain: rotated, after: [2] }), directory: world.chain };
    expect(() => verdict(rotated, short)).toThrowCode('directory_skipped');
  });

  test('witnesses, when policy asks for them', () => {
    const strict = makeWorld({ witnesses: 2 });
    const file = (cosigners: SignedPlot['cosigners'] & object) => () =>
      verifySignature(nodeCrypto, strict.trust, playSigned(strict, { cosigners }));
    expect(file([strict.people.ana])).toThrowCode('witness_missing');
    expect(file([strict.people.ana, strict.people.ben])().cosigners).toHaveLength(2);
    expect(() =>
      verifySignature(nodeCrypto, strict.trust, { ...playSigned(strict), policy: world.policy }),
    ).toThrowCode('policy_mismatch');
  });
});

describe('without it', () => {
  const { bundle } = playSigned(world);
  const by = (chain: DirectoryChain, now = NOW) =>
    verifyByDirectory(nodeCrypto, canonical(bundle), artifact, trusting(chain), null, now);

  test('a key that is active, and inside its window, is good as ever', () => {
    expect(by(world.chain)).toMatchObject({ says: 'directory', key: 'file:release', directory: 1 });
    const ends = grown(world.chain, (d) => void (d.keys[0]!.notAfter = END));
    expect(by(ends, END).says).toBe('directory');
    expect(() => by(ends, AFTER)).toThrowCode('key_proof_missing');
  });

  test('one that is retiring, revoked or compromised is refused, and so is one that never began', () => {
    for (const chain of [rotated, revoked, compromised])
      expect(() => by(chain)).toThrowCode('key_proof_missing');
    expect(() => by(grown(world.chain, (d) => state(d, 'pending')))).toThrowCode('key_window');
  });

  test("with another kind of evidence, a held request's, is refused", () => {
    const evidence = playStory(world).evidence();
    expect(() =>
      verifyByDirectory(nodeCrypto, canonical(bundle), artifact, world.trust, evidence, NOW),
    ).toThrowCode('evidence_mismatch');
  });
});

test('nothing in it goes unchecked', () => {
  const whole = playSigned(world, { chain: rotated, after: [2], cosigners: [ana, ben] });
  const trusted = trusting(rotated);
  expect(isSignature(anyEvidence(whole))).toBe(true);
  const escaped: string[] = [];
  let tried = 0;
  for (const [where, mutant] of mutants(whole, '')) {
    tried += 1;
    try {
      const parsed = parseAnyEvidence(canonical(mutant));
      if (!isSignature(parsed)) throw new TypeError(where);
      verifySignature(nodeCrypto, trusted, parsed);
      escaped.push(where);
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
    }
  }
  expect(tried).toBeGreaterThan(2000);
  // Two officers signed that version; in which order they are listed says nothing.
  expect(escaped).toEqual(['/directory/versions/1/signatures reversed']);
}, 120_000);
