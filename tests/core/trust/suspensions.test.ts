// Suspensions in a chain: each is verified from its order and its leaf, and says exactly which places of the log lie in it.
import { describe, expect, test } from 'vitest';
import { SUSPENSION_LASTS, type SealedSuspension } from '../../../core/decision/suspension.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { DirectoryChain, verifyChain } from '../../../core/trust/chain.ts';
import { suspensionNow, type PublishedSuspension } from '../../../core/trust/suspensions.ts';
import { isSignature, parseAnyEvidence } from '../../../core/evidence-file/any.ts';
import type { SignatureEvidence } from '../../../core/evidence-file/signature.ts';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { verifySignature } from '../../../core/verify/signature.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { verifyByDirectory } from '../../../core/verify/verify.ts';
import { verifySpend } from '../../../core/verify/spend.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { bundleBy, MiniLog, playStory } from '../../support/evidence-world.ts';
import { mutants } from '../../support/mutants.ts';
import { playSigned } from '../../support/signature-world.ts';
import { playSpend } from '../../support/spend-world.ts';
import { orderOf, published, suspendIn, withPublished } from '../../support/suspension.ts';
import { NOW, makeWorld, samplePayload, successor } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben } = world.people;
const KEY = 'file:release';
const APPROVED = 'file:release-approved';
const later = (ms: number): string => new Date(Date.parse(NOW) + ms).toISOString();
const read = (chain: DirectoryChain) => verifyChain(nodeCrypto, chain, world.pin);

/** A log with one suspension after a leaf of noise, and the chain that publishes it. */
function suspended(sealed: SealedSuspension = orderOf(world, ana)) {
  const log = new MiniLog(world);
  log.append({ event: 'directory', version: 1, digest: world.pin });
  const index = suspendIn(log, sealed);
  log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: world.pin });
  return { log, index, sealed, one: published(log, sealed, index) };
}

describe('a published suspension', () => {
  test('is known, with who, what and until when; a chain without any says nothing', () => {
    const { one, index, sealed } = suspended();
    const trust = read(withPublished(world.chain, one));
    expect(trust.suspensions).toEqual([
      {
        order: digestOf(nodeCrypto, sealed.suspension),
        key: KEY,
        index,
        from: NOW,
        until: later(SUSPENSION_LASTS),
        liftedIn: null,
        sealed,
      },
    ]);
    expect(read(world.chain).suspensions).toEqual([]);
    expect(DirectoryChain.safeParse({ ...world.chain, suspensions: [] }).success).toBe(false);
  });

  test('nothing in it goes unchecked, and one that does not verify refuses the chain', () => {
    const { one } = suspended(orderOf(world, ana, { machine: ana.machine.id }));
    let tried = 0;
    for (const [where, mutant] of mutants(structuredClone(one), '')) {
      const chain = { ...world.chain, suspensions: [mutant] };
      if (digestOf(nodeCrypto, mutant) === digestOf(nodeCrypto, one)) continue;
      try {
        const trust = read(chain as DirectoryChain);
        // a member that no schema keeps is read as if it were not there
        if (!where.includes('sets no prototype'))
          expect.fail(`${where} was taken: ${JSON.stringify(trust.suspensions)}`);
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        expect(['suspension_invalid', 'schema'], where).toContain(thrown.code);
      }
      tried += 1;
    }
    expect(tried).toBeGreaterThan(100);
  });

  test("another's leaf, a longer one, one of another log or order, and an order twice are refused", () => {
    const { one } = suspended();
    const other = suspended();
    const refuse = (...all: PublishedSuspension[]) =>
      expect(() => read(withPublished(world.chain, ...all))).toThrowCode('suspension_invalid');
    refuse({ ...one, leaf: other.one.leaf });
    refuse({ ...one, checkpoint: other.one.checkpoint });
    refuse({ ...one, sealed: other.sealed });
    refuse(one, one);
    const log = new MiniLog(world);
    const sealed = orderOf(world, ana);
    const order = digestOf(nodeCrypto, sealed.suspension);
    const long = log.append({
      event: 'suspended',
      key: KEY,
      order,
      officer: 'ana',
      until: later(2 * SUSPENSION_LASTS),
    });
    refuse(published(log, sealed, long));
    const twice = suspendIn(log, sealed);
    refuse(published(log, sealed, suspendIn(log, sealed)), published(log, sealed, twice));
    const byBen = log.append({
      event: 'suspended',
      key: KEY,
      order,
      officer: 'ben',
      until: later(SUSPENSION_LASTS),
    });
    refuse(published(log, sealed, byBen));
  });

  test('by an officer who was taken out since is known still: it was theirs to order', () => {
    const { one } = suspended(orderOf(world, world.people.dan));
    const chain = successor(
      world.chain,
      (next) => void (next.officers = next.officers.filter(({ id }) => id !== 'dan')),
      [ana, ben],
    );
    expect(read(withPublished(chain, one)).suspensions).toHaveLength(1);
  });
});

describe('a place in the log', () => {
  const { one, index, sealed } = suspended();
  const order = digestOf(nodeCrypto, sealed.suspension);
  const lifting = successor(
    world.chain,
    (next) => void (next.keys.find(({ name }) => name === KEY)!.lifted = [order]),
    [ana, ben],
  );
  const trust = read(withPublished(world.chain, one));
  const lifted = read(withPublished(lifting, one));
  const inside = (at: string, where = index + 1, version: number | null = 1, known = trust, key = KEY) =>
    known.suspendedAt(key, { index: where, at, version }) !== null;

  test('lies in it after its leaf and before its end, to the millisecond', () => {
    expect(inside(NOW)).toBe(true);
    expect(inside(NOW, index)).toBe(false);
    expect(inside(NOW, index - 1)).toBe(false);
    expect(inside(later(SUSPENSION_LASTS - 1), index + 900)).toBe(true);
    expect(inside(later(SUSPENSION_LASTS), index + 900)).toBe(false);
    expect(inside(NOW, index + 1, 1, trust, APPROVED)).toBe(false);
  });

  test('a clock that goes back does not get in front of it', () => {
    expect(inside(later(-3_600_000))).toBe(true);
  });

  test('under a version that lifts it lies outside, before that version inside; where none is told, inside', () => {
    expect(inside(NOW, index + 1, 1, lifted)).toBe(true);
    expect(inside(NOW, index + 1, 2, lifted)).toBe(false);
    expect(inside(NOW, index + 1, null, lifted)).toBe(true);
  });

  test('another order is not lifted with it, nor the same one of another key', () => {
    const second = suspended();
    const both = read(withPublished(lifting, second.one));
    expect(both.suspendedAt(KEY, { index: second.index + 1, at: NOW, version: 2 })).not.toBeNull();
    const elsewhere = successor(
      world.chain,
      (next) => void (next.keys.find(({ name }) => name === APPROVED)!.lifted = [order]),
      [ana, ben],
    );
    expect(inside(NOW, index + 1, 2, read(withPublished(elsewhere, one)))).toBe(true);
  });

  test('now it is suspended until it lapses; without a clock, until it is lifted', () => {
    const now = (at: string | null, known = trust) =>
      suspensionNow(known.suspensions, KEY, at)?.until ?? null;
    expect(now(NOW)).toBe(later(SUSPENSION_LASTS));
    expect(now(later(SUSPENSION_LASTS))).toBeNull();
    expect(now(null)).toBe(later(SUSPENSION_LASTS));
    expect(now(null, lifted)).toBeNull();
  });

  test('a log key, and the same digest twice, cannot be lifted', () => {
    const with_ = (name: string, digests: string[]) => () =>
      read(
        successor(world.chain, (next) => void (next.keys.find((k) => k.name === name)!.lifted = digests), [
          ana,
          ben,
        ]),
      );
    expect(with_('file:log', [order])).toThrowCode('directory_invalid');
    expect(with_(KEY, [order, order])).toThrowCode('directory_invalid');
    expect(with_(KEY, [])).toThrowCode('schema');
    expect(
      with_(
        KEY,
        Array.from({ length: 17 }, (_, i) => `sha256:${String(i).padStart(64, '0')}`),
      ),
    ).toThrowCode('schema');
  });
});

describe('what was signed', () => {
  const sealed = orderOf(world, ana, { key: APPROVED });
  const artifact = nodeCrypto.sha256(Buffer.from('app.tgz'));

  test('with an intent inside a suspension is refused, whichever of both chains has it; before, it is good', () => {
    for (const where of ['beforeIntent', 'afterwards'] as const) {
      let index = -1;
      const story = playStory(world, { [where]: (log: MiniLog) => ((index = suspendIn(log, sealed)), []) });
      const one = published(story.log, sealed, index);
      const chain = withPublished(world.chain, one);
      const evidence = story.evidence();
      const told = { ...evidence, directory: chain };
      const check = [
        () => verifyEvidence(nodeCrypto, read(chain), evidence),
        () => verifyEvidence(nodeCrypto, world.trust, parseEvidence(canonical(told))),
      ];
      for (const one of check)
        if (where === 'beforeIntent') expect(one).toThrowCode('key_suspended');
        else expect(one().outcome).toBe('signed');
    }
  });

  test('under a grant, with a spent leaf inside a suspension, is refused', () => {
    for (const inside of [true, false]) {
      let index = -1;
      const act = (log: MiniLog) => ((index = suspendIn(log, sealed)), [] as number[]);
      const spend = playSpend(world, inside ? { before: act } : { after: act });
      const chain = withPublished(world.chain, published(spend.story.log, sealed, index));
      const check = () => verifySpend(nodeCrypto, read(chain), spend.evidence());
      if (inside) expect(check).toThrowCode('key_suspended');
      else expect(check().ordinal).toBe(1);
    }
  });

  describe('at once, with its place in the log', () => {
    const order = orderOf(world, ana);
    /** Signed before the suspension's leaf, or after it, at a time of the log. */
    function signedAt(when: 'before' | 'after', at: string) {
      const log: MiniLog[] = [];
      let index = -1;
      const suspend = (mini: MiniLog): void => {
        log.push(mini);
        index = suspendIn(mini, order);
      };
      const hook = when === 'before' ? { later: suspend } : { prior: suspend };
      const evidence = playSigned(world, { ...hook, signed: { at } });
      return { evidence, chain: withPublished(world.chain, published(log[0]!, order, index)) };
    }
    const offline = (trusted: DirectoryChain, evidence: SignatureEvidence) => () => {
      const told = parseAnyEvidence(canonical(evidence));
      if (!isSignature(told)) throw new TypeError('another kind of evidence');
      return [
        verifySignature(nodeCrypto, read(trusted), told),
        verifyByDirectory(nodeCrypto, canonical(evidence.bundle), artifact, read(trusted), told, NOW),
      ];
    };

    test('before it: good, whichever of both chains has the suspension', () => {
      const { evidence, chain } = signedAt('before', NOW);
      const good = [{ key: KEY, state: 'active' }, { says: 'logged' }];
      expect(offline(chain, evidence)()).toMatchObject(good);
      expect(offline(world.chain, { ...evidence, directory: chain })()).toMatchObject(good);
    });

    test.each([
      ['at once', NOW],
      ['in its last millisecond', later(SUSPENSION_LASTS - 1)],
      ['with a clock that was set back', later(-3600_000)],
    ])('inside it, %s: refused, whichever of both chains has the suspension', (_when, at) => {
      const { evidence, chain } = signedAt('after', at);
      expect(offline(chain, evidence)).toThrowCode('key_suspended');
      expect(offline(world.chain, { ...evidence, directory: chain })).toThrowCode('key_suspended');
      // whoever hides the suspension from both hides it
      expect(offline(world.chain, evidence)()).toMatchObject([{ key: KEY }, { says: 'logged' }]);
    });

    test('after its end, or under a version that lifts it: good; under the one before: refused', () => {
      const over = signedAt('after', later(SUSPENSION_LASTS));
      expect(offline(over.chain, over.evidence)()).toMatchObject([{ key: KEY }, { says: 'logged' }]);
      const lifting = successor(
        world.chain,
        (next) => void (next.keys[0]!.lifted = [digestOf(nodeCrypto, order.suspension)]),
        [ana, ben],
      );
      for (const [before, code] of [
        [[1], 'key_suspended'],
        [[1, 2], undefined],
      ] as const) {
        const log: MiniLog[] = [];
        let index = -1;
        const evidence = playSigned(world, {
          chain: lifting,
          before,
          shown: before.slice(-1),
          prior: (mini) => {
            log.push(mini);
            index = suspendIn(mini, order);
          },
        });
        const check = offline(withPublished(lifting, published(log[0]!, order, index)), evidence);
        if (code === undefined) expect(check()).toMatchObject([{ key: KEY }, { says: 'logged' }]);
        else expect(check).toThrowCode(code);
      }
    });
  });

  test('with an ordinary key, and no proof of when: refused while the key is suspended', () => {
    const { one } = suspended();
    const trust = read(withPublished(world.chain, one));
    const stolen = canonical(bundleBy(world, KEY, samplePayload()));
    const check = (now: string | null) => () =>
      verifyByDirectory(nodeCrypto, stolen, artifact, trust, null, now);
    expect(check(NOW)).toThrowCode('key_proof_missing');
    expect(check(null)).toThrowCode('key_proof_missing');
    expect(check(later(SUSPENSION_LASTS))()).toMatchObject({ says: 'directory' });
    expect(verifyByDirectory(nodeCrypto, stolen, artifact, world.trust, null, NOW)).toMatchObject({
      says: 'directory',
    });
  });
});
