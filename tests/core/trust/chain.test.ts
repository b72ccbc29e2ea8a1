// The directory chain: what follows what, and what is refused.
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/json/digest.ts';
import { verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import { parseDirectory, type Directory } from '../../../core/directory/directory.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { MiniLog } from '../../support/evidence-world.ts';
import { softKey } from '../../support/keys.ts';
import { softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld, successor } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben, cai, dan } = world.people;
const verify =
  (chain: DirectoryChain, pin = world.pin) =>
  () =>
    verifyChain(nodeCrypto, chain, pin);
const grow = (change: (d: Directory) => void = () => undefined, signers = [ana, ben], from = world.chain) =>
  successor(from, change, signers);

describe('a chain', () => {
  test('grows by the quorum of the version before', () => {
    const three = grow((d) => void d.officers.pop(), [ben, cai], grow());
    expect(verifyChain(nodeCrypto, three, world.pin).latest.version).toBe(3);
  });
  test('must start at the pinned version 1', () => {
    expect(verify(makeWorld().chain)).toThrowCode('directory_unpinned');
    expect(verify({ ...grow(), versions: [grow().versions[1]!] })).toThrowCode('directory_skipped');
  });
  test('must not skip a version', () => {
    const three = grow(undefined, [ana, ben], grow());
    expect(verify({ ...three, versions: [three.versions[0], three.versions[2]!] })).toThrowCode(
      'directory_skipped',
    );
    expect(verify(grow((d) => void (d.version = 4)))).toThrowCode('directory_skipped');
  });
  test('must name the digest of the version before', () => {
    expect(verify(grow((d) => void (d.previous = digestOf(nodeCrypto, {}))))).toThrowCode(
      'directory_invalid',
    );
  });
  test.each([
    ['one officer', [ana]],
    ['the same officer twice', [ana, ana]],
    ['somebody without the role', [ana, dan]],
    ['nobody', []],
    ['strangers', [makeWorld().people.ana, makeWorld().people.ben]],
  ])('is refused when %s signed', (_name, signers) =>
    expect(verify(grow(undefined, signers))).toThrowCode('directory_quorum'),
  );
  test('is judged by the rule of the version before, not by its own', () => {
    expect(verify(grow((d) => void (d.change.approvals = 1), [ana]))).toThrowCode('directory_quorum');
  });
  test('does not count an officer whom the new version itself adds', () => {
    const key = softSecurityKey('eve-key');
    const officer = { ...cai.officer, id: 'eve', subjects: [], devices: [key.device] };
    const chain = grow((d) => d.officers.push(officer), [ana, { ...cai, id: 'eve', officer, key }]);
    expect(verify(chain)).toThrowCode('directory_quorum');
  });
  test('is refused when a version was changed after it was signed', () => {
    const chain = grow();
    chain.versions[1]!.directory.officers[3]!.roles.push('security-officer');
    expect(verify(chain)).toThrowCode('directory_quorum');
  });
  test('cannot change environment or origin', () => {
    expect(verify(grow((d) => void (d.environment = 'production')))).toThrowCode('directory_invalid');
    expect(verify(grow((d) => void (d.origin = 'other/log')))).toThrowCode('directory_invalid');
  });
  test('bears no signatures on version 1', () => {
    const signatures = grow().versions[1]!.signatures;
    expect(verify({ ...world.chain, versions: [{ directory: world.directory, signatures }] })).toThrowCode(
      'directory_invalid',
    );
  });
});

describe('one version', () => {
  const broken = (change: (d: Directory) => void) => () => {
    const directory = structuredClone(world.directory);
    change(directory);
    parseDirectory(directory);
  };
  test.each<[string, (d: Directory) => void]>([
    ['a machine key that is a device key', (d) => void (d.machines[0]!.key = d.officers[0]!.devices[0]!.key)],
    ['an officer twice', (d) => void (d.officers[1]!.id = 'ana')],
    [
      'a credential twice',
      (d) =>
        void Object.assign(d.officers[1]!.devices[0]!, {
          credentialId: (d.officers[0]!.devices[0] as { credentialId: string }).credentialId,
        }),
    ],
    ['a sibling that is not approval-only', (d) => void (d.keys[1]!.approvalOnly = false)],
    ['a sibling that is not there', (d) => void (d.keys[0]!.sibling = 'file:none')],
    ['an unknown holder', (d) => void (d.keys[2]!.holder = 'eve')],
    ['a log key of P-256', (d) => void (d.keys[3]!.key = softKey().key)],
    ['a caller started by nobody known', (d) => void d.callers[0]!.startedBy.push('eve')],
    ['a second version without a predecessor', (d) => void (d.version = 2)],
  ])('with %s is refused', (_name, change) => expect(broken(change)).toThrowCode('directory_invalid'));
  test('with an unknown member is refused', () => {
    expect(broken((d) => void Object.assign(d, { comment: 'trust me' }))).toThrowCode('schema');
  });
});

describe('a checkpoint', () => {
  const log = new MiniLog(world);
  for (let i = 0; i < 5; i++) log.append({ event: 'alarm', code: 'x', about: String(i) });
  const open = (text: string, least = 0) => openCheckpoint(nodeCrypto, world.directory, text, least);

  test('with cosignatures opens', () => {
    expect(open(log.checkpoint([ana, ben]), 2).cosigners.map((c) => c.name)).toEqual([
      'signer.test/log/witness/ana-machine',
      'signer.test/log/witness/ben-machine',
    ]);
  });
  test('of another log key, or cosigned by strangers, is refused', () => {
    const elsewhere = new MiniLog({ ...world, keys: { ...world.keys, 'file:log': softKey('ed25519') } });
    elsewhere.append({ event: 'alarm', code: 'x', about: '' });
    expect(() => open(elsewhere.checkpoint())).toThrowCode('checkpoint_invalid');
    expect(() => open(log.checkpoint([makeWorld().people.ana]))).toThrowCode('witness_unknown');
  });
  test('with too few witnesses, or one twice, is refused', () => {
    expect(() => open(log.checkpoint([ana]), 2)).toThrowCode('witness_missing');
    expect(() => open(log.checkpoint([ana, ana]), 2)).toThrowCode('checkpoint_invalid');
  });
  test('whose size or root is changed is refused', () => {
    expect(() => open(log.checkpoint().replace('\n5\n', '\n4\n'))).toThrowCode('signature_invalid');
  });
});
