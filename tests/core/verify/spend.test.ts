// What was signed under a bypass grant verifies with its evidence; change any one thing in it, and it does not.
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../core/directory/directory.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { isSignature, isSpend, parseAnyEvidence } from '../../../core/evidence-file/any.ts';
import { verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { verifySpend } from '../../../core/verify/spend.ts';
import { verifyByDirectory } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { mutants } from '../../support/mutants.ts';
import { playSpend, type SpendPlot } from '../../support/spend-world.ts';
import { NOW, makeWorld, samplePayload, successor, type World } from '../../support/world.ts';
import { playStory } from '../../support/evidence-world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, cai } = world.people;
const verify = (plot: SpendPlot = {}, under: World = world) =>
  verifySpend(nodeCrypto, under.trust, playSpend(under, plot).evidence());
const verifying = (plot: SpendPlot) => () => verify(plot);
const later = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();

describe('an honest one', () => {
  const { evidence, payload } = playSpend(world);
  const whole = evidence();
  const bundle = canonical(whole.bundle);
  const artifact = nodeCrypto.sha256(Buffer.from('app.tgz'));

  test('verifies, and says under which grant and by whose decision', () => {
    expect(verifySpend(nodeCrypto, world.trust, whole)).toMatchObject({
      grant: whole.grant.request.payloadDigest,
      ordinal: 1,
      count: 3,
      key: 'file:release-approved',
      evidence: { outcome: 'signed', officers: ['ana', 'ben'], directory: 1 },
    });
    expect(verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, whole, NOW)).toMatchObject({
      says: 'granted',
      key: 'file:release-approved',
    });
    expect(payload.length).toBeGreaterThan(0);
  });

  test('without it, or with the evidence of the grant alone, the bundle is refused', () => {
    expect(() => verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, null, NOW)).toThrowCode(
      'approval_missing',
    );
    expect(() => verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, whole.grant, NOW)).toThrowCode(
      'evidence_mismatch',
    );
    const other = playSpend(world, { payload: samplePayload('other.tgz') }).evidence();
    expect(() => verifyByDirectory(nodeCrypto, bundle, artifact, world.trust, other, NOW)).toThrowCode(
      'evidence_mismatch',
    );
  });

  test('nothing in it goes unchecked', () => {
    const escaped: string[] = [];
    let tried = 0;
    for (const [at, [where, mutant]] of [...mutants(whole, '')].entries()) {
      // Of the grant's own evidence, which has a test like this one, every tenth unless all is asked for.
      if (where.startsWith('/grant/') && process.env['FULL'] !== '1' && at % 10 !== 0) continue;
      tried += 1;
      try {
        const parsed = parseAnyEvidence(canonical(mutant));
        if (isSpend(parsed)) verifySpend(nodeCrypto, world.trust, parsed);
        else if (!isSignature(parsed)) verifyEvidence(nodeCrypto, world.trust, parsed);
        escaped.push(where);
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(escaped).toEqual([]);
  }, 120_000);
});

describe('is refused', () => {
  test.each<[string, SpendPlot, string]>([
    ['over the count', { spent: { ordinal: 4 } }, 'grant_scope'],
    ['at the very end', { spent: { at: later(1800) } }, 'grant_scope'],
    ['before the grant', { spent: { at: later(-1) } }, 'grant_scope'],
    ['of another tenant', { spent: { tenant: 'beta' } }, 'grant_scope'],
    [
      'for another predicate type',
      { payload: samplePayload('a', 'https://openvex.dev/ns/v0.2.0') },
      'grant_scope',
    ],
    ['with another payload', { spent: { payloadDigest: world.pin } }, 'evidence_mismatch'],
    ['with another bundle', { spent: { bundle: world.pin } }, 'evidence_mismatch'],
    ['under another grant', { spent: { grant: world.pin } }, 'leaf_missing'],
    [
      'under a version nobody knows',
      { spent: { directory: `sha256:${'7'.repeat(64)}` } },
      'directory_invalid',
    ],
    ['with a longer grant', { granted: { until: later(3600) } }, 'grant_scope'],
    [
      'under a grant that began long after its approvals',
      { granted: { at: later(901), until: later(901 + 1800) }, spent: { at: later(902) } },
      'expired',
    ],
    ['with a larger grant', { granted: { count: 100 } }, 'grant_scope'],
    ['with the grant of another tenant', { granted: { tenant: 'beta' } }, 'request_mismatch'],
    ['with an ordinary key', { key: 'file:release' }, 'approval_only_misused'],
    ['with a key that wants a person', { key: world.held }, 'grant_scope'],
    ['with the attestation key', { key: 'file:attestation' }, 'key_use'],
    ['before its grant was made', { spentFirst: true }, 'order_wrong'],
    [
      'with a leaf too many',
      { after: (log) => [log.append({ event: 'alarm', code: 'x', about: 'y' })] },
      'evidence_mismatch',
    ],
  ])('%s', (_, plot, code) => {
    expect(verifying(plot)).toThrowCode(code);
  });

  test('when the hold was no bypass, though its payload reads like a grant', () => {
    const { ana: one } = world.people;
    const honest = playSpend(world);
    const manual = playStory(world, { payload: honest.story.payload, approve: [one] });
    expect(() => verifyEvidence(nodeCrypto, world.trust, manual.evidence())).toThrowCode('request_differs');
    const evidence = { ...honest.evidence(), grant: playStory(world).evidence() };
    expect(() => verifySpend(nodeCrypto, world.trust, evidence)).toThrowCode('approval_missing');
  });

  test('when officers denied it, or only one approved', () => {
    const denied = playStory(world, { ...asked(), approve: [ana], deny: [cai] });
    const evidence = { ...playSpend(world).evidence(), grant: denied.evidence() };
    expect(() => verifySpend(nodeCrypto, world.trust, evidence)).toThrowCode('approval_missing');
    expect(verifying({ plot: { approve: [ana] } })).toThrowCode('quorum_incomplete');
  });

  test('when the officer who raised it approved it', () => {
    const own = playSpend(world, {
      terms: { raisedBy: { subject: 'ana@acme', jkt: 'jkt' } },
      plot: { ...asked({ subject: 'ana@acme' }) },
    });
    expect(() => verifySpend(nodeCrypto, world.trust, own.evidence())).toThrowCode('officer_is_requester');
  });
});

function asked(raisedBy: { subject: string } = { subject: 'ci@acme' }) {
  const { story } = playSpend(world, { terms: { raisedBy: { ...raisedBy, jkt: 'jkt' } }, plot: {} });
  const { id, findings } = story.request;
  return { payload: story.payload, request: { id, findings, requester: { ...raisedBy, jkt: 'jkt' } } };
}

describe('under a later version of the directory', () => {
  const grown = (
    change: (next: Directory) => void,
  ): { chain: DirectoryChain; trusted: ReturnType<typeof verifyChain>; digest: string } => {
    const chain = successor(world.chain, change, [ana, cai]);
    const trusted = verifyChain(nodeCrypto, chain, world.pin);
    return { chain, trusted, digest: trusted.latestDigest };
  };
  const played = (
    { chain, digest }: ReturnType<typeof grown>,
    at: 'before' | 'after' | 'unlogged',
    named = digest,
  ) => {
    const leaf = (log: Parameters<NonNullable<SpendPlot['before']>>[0]) => [
      log.append({ event: 'directory', version: 2, digest }),
    ];
    const plot: SpendPlot =
      at === 'before' ? { before: leaf, spent: { directory: named } } : at === 'after' ? { after: leaf } : {};
    const { evidence } = playSpend(world, plot);
    const whole = evidence();
    return { ...whole, grant: { ...whole.grant, directory: chain } };
  };
  const harmless = grown((next) => void (next.issuedAt = later(60)));
  const withoutBen = grown((next) => {
    next.officers = next.officers.filter((officer) => officer.id !== 'ben');
    next.callers = next.callers.map((c) => ({ ...c, startedBy: [] }));
  });

  test('that changes nothing of it: verified before it, after it, and while it is not in the log', () => {
    for (const at of ['before', 'after', 'unlogged'] as const) {
      const evidence = played(harmless, at);
      // The newer version's leaf after the grant's intent belongs to the grant's own evidence.
      if (at !== 'unlogged') {
        const moved = evidence.leaves.filter(({ record }) => record.event === 'directory');
        evidence.grant.leaves = [...evidence.grant.leaves, ...moved];
        evidence.leaves = evidence.leaves.filter(({ record }) => record.event !== 'directory');
      }
      expect(verifySpend(nodeCrypto, harmless.trusted, evidence).ordinal).toBe(1);
    }
  });

  test('an officer who was taken back grants nothing any more', () => {
    const after = played(withoutBen, 'before');
    after.grant.leaves.push(...after.leaves.filter(({ record }) => record.event === 'directory'));
    after.leaves = after.leaves.filter(({ record }) => record.event !== 'directory');
    expect(() => verifySpend(nodeCrypto, withoutBen.trusted, after)).toThrowCode('officer_unknown');
    expect(() => verifySpend(nodeCrypto, withoutBen.trusted, played(withoutBen, 'unlogged'))).toThrowCode(
      'officer_unknown',
    );
  });

  test('a newer version in the log before it, and the older one named, is refused', () => {
    const evidence = played(harmless, 'before', digestOf(nodeCrypto, world.directory));
    evidence.grant.leaves.push(...evidence.leaves.filter(({ record }) => record.event === 'directory'));
    evidence.leaves = evidence.leaves.filter(({ record }) => record.event !== 'directory');
    expect(() => verifySpend(nodeCrypto, harmless.trusted, evidence)).toThrowCode('order_wrong');
  });
});
