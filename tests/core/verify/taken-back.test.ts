// What was taken back stays taken back: evidence under an old directory, an old policy, a key or a time that no longer holds.
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../core/directory/directory.ts';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { verifyChain, type DirectoryChain, type Trust } from '../../../core/trust/chain.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { playStory, type MiniLog, type Plot } from '../../support/evidence-world.ts';
import { makeWorld, successor, type World } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ben, cai } = world.people;
const strict = makeWorld({ requestSeconds: 1800 }).policy;

interface Later {
  readonly chain: DirectoryChain;
  readonly trust: Trust;
  /** Appends the leaf of the newest version. */
  readonly leaf: (log: MiniLog) => number[];
}

function later(change: (next: Directory) => void, from: DirectoryChain = world.chain): Later {
  const chain = successor(from, change, [ben, cai]);
  const trust = verifyChain(nodeCrypto, chain, world.pin);
  const leaf = (log: MiniLog) => [
    log.append({ event: 'directory', version: trust.latest.version, digest: trust.latestDigest }),
  ];
  return { chain, trust, leaf };
}

/** The story in a world whose chain is this long; `shown` is the chain in the file. */
function told(shown: DirectoryChain, plot: Plot = {}, own: World = world) {
  return playStory({ ...own, chain: shown }, plot).evidence();
}

const withoutAna = later((next) => {
  next.officers = next.officers.filter((o) => o.id !== 'ana');
  next.keys = next.keys.filter((k) => k.holder !== 'ana');
});
const otherPolicy = later((next) => (next.policy = digestOf(nodeCrypto, strict)));
const harmless = later((next) => (next.issuedAt = '2026-11-24T12:00:00Z'));

describe('a hold under an older version of the directory', () => {
  test('is good when the newer version came after the intent', () => {
    for (const { chain, trust, leaf } of [withoutAna, otherPolicy, harmless]) {
      const verdict = verifyEvidence(nodeCrypto, trust, told(chain, { afterwards: leaf }));
      expect(verdict).toMatchObject({ outcome: 'signed', directory: 2 });
    }
  });
  test('is good when the file is older, and the newer version would allow it too', () => {
    expect(verifyEvidence(nodeCrypto, harmless.trust, told(world.chain)).directory).toBe(2);
  });
  test('is refused when the newer version came before the intent', () => {
    for (const { chain, trust, leaf } of [withoutAna, otherPolicy, harmless])
      expect(() => verifyEvidence(nodeCrypto, trust, told(chain, { beforeIntent: leaf }))).toThrowCode(
        'order_wrong',
      );
  });
  test('is refused when the file hides a version that took its officer or its policy back', () => {
    for (const shown of [world.chain, withoutAna.chain])
      expect(() => verifyEvidence(nodeCrypto, withoutAna.trust, told(shown))).toThrowCode('officer_unknown');
    expect(() => verifyEvidence(nodeCrypto, otherPolicy.trust, told(world.chain))).toThrowCode(
      'policy_mismatch',
    );
  });
  test('cannot be signed under a newer one that names another policy', () => {
    const { chain, trust, leaf } = otherPolicy;
    const plot = { beforeIntent: leaf, intent: { directory: trust.latestDigest } };
    expect(() => verifyEvidence(nodeCrypto, trust, told(chain, plot))).toThrowCode('policy_mismatch');
  });
  test('is signed under a newer one that changes nothing for it', () => {
    const { chain, trust, leaf } = harmless;
    const plot = { beforeIntent: leaf, intent: { directory: trust.latestDigest } };
    expect(verifyEvidence(nodeCrypto, trust, told(chain, plot)).outcome).toBe('signed');
  });
});

describe('the key', () => {
  const set = (state: 'revoked' | 'retiring' | 'active') => (next: Directory) => {
    for (const key of next.keys) if (key.name === 'file:release-approved') key.state = state;
  };
  test('that was revoked at the intent does not count', () => {
    const then = later(set('revoked'));
    const now = later(set('active'), then.chain);
    const plot = {
      beforeIntent: then.leaf,
      intent: { directory: then.trust.latestDigest },
      afterwards: now.leaf,
    };
    expect(() => verifyEvidence(nodeCrypto, now.trust, told(now.chain, plot))).toThrowCode('request_differs');
  });
  test.each(['revoked', 'retiring'] as const)('that is %s since counts where it signed before', (state) => {
    const { chain, trust, leaf } = later(set(state));
    expect(verifyEvidence(nodeCrypto, trust, told(chain, { afterwards: leaf })).outcome).toBe('signed');
  });
  test('that was retiring at the intent counts inside its window, and after it no more', () => {
    const end = (notAfter: string) =>
      later((next) => {
        set('retiring')(next);
        for (const key of next.keys) if (key.name === 'file:release-approved') key.notAfter = notAfter;
      });
    const file = ({ chain, trust, leaf }: Later) =>
      verifyEvidence(
        nodeCrypto,
        trust,
        told(chain, { beforeIntent: leaf, intent: { directory: trust.latestDigest } }),
      );
    expect(file(end('2026-11-23T12:00:00.000Z')).outcome).toBe('signed');
    expect(() => file(end('2026-11-23T11:59:59.999Z'))).toThrowCode('key_window');
  });
  test('that is retiring since, in a file from before, has to be shown anew', () => {
    expect(() => verifyEvidence(nodeCrypto, later(set('retiring')).trust, told(world.chain))).toThrowCode(
      'key_proof_missing',
    );
  });
  test('that has the name now, and another had it then, does not count', () => {
    const other = makeWorld();
    const name = 'file:release-approved';
    const swapped = later((next) => {
      for (const key of next.keys) if (key.name === name) key.key = other.keys[name]!.key;
    });
    const keys = { ...world.keys, [name]: other.keys[name]! };
    const file = told(swapped.chain, { afterwards: swapped.leaf }, { ...world, keys });
    expect(() => verifyEvidence(nodeCrypto, swapped.trust, file)).toThrowCode('key_unknown');
  });
});

describe('witnesses', () => {
  const witnessed = makeWorld({ witnesses: 1 });
  const people = witnessed.people;
  const file = (plot: Plot) => () =>
    verifyEvidence(nodeCrypto, witnessed.trust, playStory(witnessed, plot).evidence()).outcome;

  test('are others than the machine that decided', () => {
    expect(file({ cosigners: [people.ana] })).toThrowCode('witness_missing');
    expect(file({ cosigners: [people.ben] })()).toBe('signed');
    expect(file({ approve: [], deny: [people.cai], cosigners: [people.cai] })).toThrowCode('witness_missing');
  });
  test('two officers are witnesses to each other', () => {
    const keyed = { keys: [witnessed.held], findings: [] };
    const both = { approve: [people.ana, people.ben], request: keyed };
    expect(file({ ...both, cosigners: [people.ana, people.ben] })()).toBe('signed');
    expect(file({ ...both, cosigners: [people.ana] })).toThrowCode('witness_missing');
  });
});

describe('time', () => {
  test('a request does not wait longer than policy lets it', () => {
    const request = { expires: '2026-11-23T13:00:01.000Z' };
    expect(() =>
      verifyEvidence(nodeCrypto, world.trust, playStory(world, { request }).evidence()),
    ).toThrowCode('request_differs');
  });
  test('an intent in a month that no year has is never in time', () => {
    const evidence = playStory(world, { intent: { at: '2026-13-01T12:00:00.000Z' } }).evidence();
    expect(() => verifyEvidence(nodeCrypto, world.trust, evidence)).toThrowCode('expired');
    expect(() => parseEvidence(canonical(evidence))).toThrowCode('schema');
  });
});
