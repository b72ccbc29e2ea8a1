// Proposals: what may be proposed, who signed, who is missing, and that a new device shows whose hand it is in.
import { describe, expect, test } from 'vitest';
import { verifyEnrolment } from '../../../core/decision/enrolment.ts';
import { signable, type Signable } from '../../../core/decision/signable.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { checkProposal, withSignature, type Proposal } from '../../../core/trust/proposal.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { enrolmentOf, nextOf, proposalOf, secondKey, signatureOf } from '../../support/change.ts';
import { softKey } from '../../support/keys.ts';
import { softHsm, softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld, successor } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { trust } = world;
const { ana, ben, cai, dan } = world.people;
const check =
  (proposal: Proposal, on = trust) =>
  () =>
    checkProposal(nodeCrypto, on, proposal);
const changed = (change: (next: Directory) => void) => proposalOf(ana, nextOf(trust, change));
const noRoles = changed((d) => void (d.officers[3]!.roles = []));

describe('a proposal', () => {
  test('counts who signed and how many are missing', () => {
    const { proposal, next } = secondKey(trust, ana);
    expect(checkProposal(nodeCrypto, trust, proposal)).toMatchObject({
      signed: [{ officer: 'ana', device: 'ana-key' }],
      missing: 1,
    });
    const { proposal: whole, state } = withSignature(nodeCrypto, trust, proposal, signatureOf(ben, next));
    expect(state.missing).toBe(0);
    const { directory, signatures } = whole;
    const chain = { ...world.chain, versions: [...world.chain.versions, { directory, signatures }] };
    expect(verifyChain(nodeCrypto, chain as typeof world.chain, world.pin).latest.version).toBe(2);
  });

  test.each<[string, string, Proposal]>([
    ['that skips a version', 'directory_skipped', changed((d) => void (d.version = 3))],
    ['on another base', 'directory_invalid', changed((d) => void (d.previous = `sha256:${'0'.repeat(64)}`))],
    ['that changes nothing', 'directory_invalid', changed(() => undefined)],
    ['of another policy', 'policy_mismatch', changed((d) => void (d.policy = `sha256:${'0'.repeat(64)}`))],
    ['of another environment', 'directory_invalid', changed((d) => void (d.environment = 'production'))],
    ['of a view nobody makes', 'view_unknown', changed((d) => void (d.views = ['99']))],
    [
      'of another log key',
      'directory_invalid',
      changed((d) => void (d.keys[3]!.key = softKey('ed25519').key)),
    ],
    ['that leaves a key out', 'directory_invalid', changed((d) => void d.keys.splice(2, 1))],
    [
      'of another key under an old name',
      'directory_invalid',
      changed((d) => void (d.keys[0]!.key = softKey().key)),
    ],
    ['without a log key', 'key_unknown', changed((d) => void (d.keys[3]!.state = 'revoked'))],
    [
      'after which nobody could change it',
      'directory_invalid',
      changed((d) => void (d.change = { ...d.change, approvals: 4 })),
    ],
    ['that is no directory', 'directory_invalid', changed((d) => void d.officers.push(d.officers[0]!))],
    ['nobody signed', 'quorum_incomplete', { ...noRoles, signatures: [] }],
    ['somebody else signed first', 'quorum_incomplete', proposalOf(ana, noRoles.directory, [], [ben, ana])],
    ['signed twice by one officer', 'officer_decided', proposalOf(ana, noRoles.directory, [], [ana, ana])],
    ['of an officer without the role', 'officer_role', proposalOf(dan, noRoles.directory)],
    ['of a stranger', 'officer_unknown', { ...noRoles, proposedBy: 'eve' }],
    ['signed by a stranger', 'device_proof', proposalOf(makeWorld().people.ana, noRoles.directory)],
  ])('%s is refused', (_name, code, proposal) => expect(check(proposal)).toThrowCode(code));

  test('whose base is no longer the newest is stale', () => {
    const later = verifyChain(
      nodeCrypto,
      successor(world.chain, (d) => void (d.officers[3]!.roles = []), [ana, ben]),
      world.pin,
    );
    expect(check(secondKey(trust, ana).proposal, later)).toThrowCode('proposal_stale');
    expect(check(secondKey(later, ana).proposal, later)).not.toThrow();
  });

  test('is judged by the rule in force, and its own officers do not count yet', () => {
    const key = softSecurityKey('eve-key');
    const eve = {
      ...cai,
      id: 'eve',
      officer: { ...cai.officer, id: 'eve', subjects: [], devices: [key.device] },
      key,
    };
    const next = nextOf(trust, (d) => void d.officers.push(eve.officer));
    const proposal = proposalOf(ana, next, [enrolmentOf(trust, eve, key)]);
    expect(check(proposal)).not.toThrow();
    expect(() => withSignature(nodeCrypto, trust, proposal, signatureOf(eve, next))).toThrowCode(
      'officer_unknown',
    );
  });
});

describe('a new device', () => {
  test.each([
    ['of a security key', softSecurityKey('ana-new')],
    ['of an HSM', softHsm('ana-new')],
  ])('enrols itself by the signature %s', (_name, key) => {
    const next = nextOf(trust, (d) => void d.officers[0]!.devices.push(key.device));
    expect(check(proposalOf(ana, next, [enrolmentOf(trust, ana, key)]))).not.toThrow();
    expect(check(proposalOf(ana, next))).toThrowCode('enrolment_missing');
  });

  test('must be the very one, in the hand of that officer, for this change', () => {
    const { next, key, enrolment } = secondKey(trust, ana);
    const other = softSecurityKey(key.device.id);
    const refused = (enrolments: Proposal['enrolments'], code: string) =>
      expect(check(proposalOf(ana, next, enrolments))).toThrowCode(code);
    refused([enrolmentOf(trust, ben, key)], 'enrolment_missing');
    refused([enrolmentOf(trust, ana, other)], 'enrolment_missing');
    refused([enrolment, enrolment], 'enrolment_invalid');
    refused([enrolmentOf(trust, ana, key, { signer: `sha256:${'0'.repeat(64)}` })], 'enrolment_invalid');
    refused([enrolmentOf(trust, ana, key, { directory: `sha256:${'0'.repeat(64)}` })], 'enrolment_invalid');
    refused([enrolmentOf(trust, ana, key, { machine: 'nowhere' })], 'enrolment_invalid');
    refused([enrolmentOf(trust, ana, key, { machine: ben.machine.id })], 'enrolment_invalid');
    refused([enrolmentOf(trust, ana, key, { rpId: 'evil.test' })], 'enrolment_invalid');
    refused([{ ...enrolment, proof: other.prove('enrolment', enrolment.enrolment) }], 'enrolment_invalid');
    refused(
      [{ ...enrolment, countersignature: enrolmentOf(trust, ana, other).countersignature }],
      'enrolment_invalid',
    );
  });

  test('moves to another officer, or changes its key, only by enrolling again', () => {
    const move = nextOf(trust, (d) => {
      const [device] = d.officers[0]!.devices.splice(0, 1);
      d.officers[1]!.devices.push(device!);
    });
    expect(check(proposalOf(ana, move))).toThrowCode('enrolment_missing');
    const swap = nextOf(trust, (d) => void (d.officers[1]!.devices[0]!.key = softKey().key));
    expect(check(proposalOf(ana, swap))).toThrowCode('enrolment_missing');
    const rename = nextOf(trust, (d) => void (d.officers[1]!.devices[0]!.id = 'renamed'));
    expect(check(proposalOf(ana, rename))).not.toThrow();
  });

  test('signs no enrolment by signing anything else of the table', () => {
    const { enrolment, key } = secondKey(trust, ana);
    for (const name of Object.keys(signable) as Signable[]) {
      if (name === 'enrolment') continue;
      const proof = key.prove(name, { ...enrolment.enrolment, _type: signable[name].type });
      expect(() =>
        verifyEnrolment(nodeCrypto, trust.signer, trust.latest, { ...enrolment, proof }),
      ).toThrowCode('enrolment_invalid');
    }
  });
});
