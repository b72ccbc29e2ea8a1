// Attacks on decisions that need no Signer: each refused with its code.
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { verifyDecision, type Decision, type Sealed } from '../../../core/decision/decision.ts';
import { clientDataFor, verifyProof } from '../../../core/decision/proof.ts';
import { signable, type Signable } from '../../../core/decision/signable.ts';
import { requireQuorum, tally } from '../../../core/decision/tally.ts';
import { verifySession } from '../../../core/decision/session.ts';
import { countersignatureBytes } from '../../../core/decision/countersignature.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { authenticatorData, RP_ID } from '../../support/soft-devices.ts';
import {
  expectedOf,
  findings,
  makeDecision,
  makeRequest,
  makeSession,
  makeWorld,
  NOW,
  samplePayload,
  seal,
  type Person,
} from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben, cai, dan } = world.people;
const payload = samplePayload();
const request = makeRequest(world, payload);
const expected = expectedOf(world, request, payload);
const keyful = makeRequest(world, payload, { keys: [world.held], findings: findings('pass') });
const two = expectedOf(world, keyful, payload);

const sealed = (who: Person, overrides: Partial<Decision> = {}) =>
  seal(who, makeDecision(expected, who, overrides));
const check =
  (s: Sealed, e = expected) =>
  () =>
    verifyDecision(nodeCrypto, e, s);

describe('one decision', () => {
  test('of a security officer, by key and by HSM, is a voice', () => {
    expect(verifyDecision(nodeCrypto, expected, sealed(ana)).officer.id).toBe('ana');
    const byHsm = seal(ben, makeDecision(two, ben, { device: ben.hsm.device.id }));
    expect(verifyDecision(nodeCrypto, two, byHsm).device.kind).toBe('hsm');
  });
  test('for another request is refused', () => {
    const other = expectedOf(world, makeRequest(world, payload), payload);
    expect(check(sealed(ana), other)).toThrowCode('request_mismatch');
    expect(check(sealed(ana, { requestDigest: other.requestDigest }))).toThrowCode('request_mismatch');
  });
  test('at another Signer is refused', () => {
    const elsewhere = makeWorld();
    expect(check(sealed(ana, { signer: elsewhere.pin }))).toThrowCode('signer_mismatch');
    expect(check(sealed(ana), { ...expected, signer: elsewhere.pin })).toThrowCode('signer_mismatch');
  });
  test('whose payload changed after the review is refused', () => {
    expect(check(sealed(ana, { payloadDigest: `sha256:${'0'.repeat(64)}` }))).toThrowCode('payload_mismatch');
    expect(check(sealed(ana, { payloadType: 'text/plain' }))).toThrowCode('payload_mismatch');
  });
  test('on a view that differs is refused', () => {
    expect(check(sealed(ana, { view: { version: '1', digest: `sha256:${'1'.repeat(64)}` } }))).toThrowCode(
      'view_mismatch',
    );
    expect(check(sealed(ana, { view: { version: '2', digest: expected.viewDigest } }))).toThrowCode(
      'view_mismatch',
    );
  });
  test("with another officer's key is refused", () => {
    const forged = makeDecision(expected, ana);
    const proof = ben.key.prove('decision', forged);
    const countersignature = Buffer.from(
      ana.machine.sign.sign(countersignatureBytes(nodeCrypto, forged, proof)),
    ).toString('base64');
    expect(check({ decision: forged, proof, countersignature })).toThrowCode('device_proof');
    expect(check(sealed(ana, { device: ben.key.device.id }))).toThrowCode('device_unknown');
  });
  test('by the requester, or by one who can start the caller, is refused', () => {
    const byAna = makeRequest(world, payload, { requester: { subject: 'ana@acme', jkt: 'x' } });
    const e = expectedOf(world, byAna, payload);
    expect(check(seal(ana, makeDecision(e, ana)), e)).toThrowCode('officer_is_requester');
    const nightly = makeRequest(world, payload, { requester: { subject: 'nightly@acme', jkt: 'x' } });
    const f = expectedOf(world, nightly, payload);
    expect(check(seal(ben, makeDecision(f, ben)), f)).toThrowCode('officer_starts_caller');
    expect(verifyDecision(nodeCrypto, f, seal(cai, makeDecision(f, cai))).officer.id).toBe('cai');
  });
  test('without the role, from a stranger, or from an unknown machine is refused', () => {
    expect(check(sealed(dan))).toThrowCode('officer_role');
    expect(check(sealed(makeWorld().people.ana))).toThrowCode('device_proof');
    expect(check(sealed(ana, { officer: 'eve' }))).toThrowCode('officer_unknown');
    expect(check(sealed(ana, { machine: 'laptop' }))).toThrowCode('machine_unknown');
    expect(check(sealed(ana, { machine: ben.machine.id }))).toThrowCode('machine_proof');
  });
  test('whose proof or countersignature is changed is refused', () => {
    const good = sealed(ana);
    expect(check({ ...good, decision: { ...good.decision, reason: 'x' } })).toThrowCode('device_proof');
    const again = ana.key.prove('decision', good.decision);
    expect(check({ ...good, proof: again })).toThrowCode('machine_proof');
  });
  test('by an HSM whose PIN is typed on the host counts only where policy says so', () => {
    expect(check(sealed(ben, { device: ben.hsm.device.id }))).toThrowCode('device_presence');
  });
  test('to deny needs a reason', () => {
    expect(check(sealed(ana, { verdict: 'deny', reason: '  ' }))).toThrowCode('reason_missing');
    expect(
      verifyDecision(nodeCrypto, expected, sealed(ana, { verdict: 'deny', reason: 'no' })).officer.id,
    ).toBe('ana');
  });
});

describe('an assertion', () => {
  const decision = makeDecision(expected, ana);
  const device = ana.key.device;
  const good = ana.key.prove('decision', decision);
  if (good.kind !== 'webauthn') throw new Error('a security key');
  const verify = (change: Partial<typeof good>) => () =>
    verifyProof(nodeCrypto, RP_ID, device, 'decision', decision, { ...good, ...change });

  /** Signed with the right key, but over other authenticator data or other client data. */
  function resigned(
    data: Buffer,
    clientData: Buffer = Buffer.from(clientDataFor(nodeCrypto, 'decision', decision)),
  ) {
    const signature = ana.key.soft.sign(Buffer.concat([data, nodeCrypto.sha256(clientData)]));
    return {
      authenticatorData: data.toString('base64url'),
      clientDataJSON: clientData.toString('base64url'),
      signature: Buffer.from(signature).toString('base64url'),
    };
  }

  test('as the key made it verifies', () => expect(verify({})).not.toThrow());
  test.each([
    ['not verified', resigned(authenticatorData(RP_ID, 0x01))],
    ['not present', resigned(authenticatorData(RP_ID, 0x04))],
    ['with attested data', resigned(authenticatorData(RP_ID, 0x45))],
    ['for another rpId', resigned(authenticatorData('login.example.com'))],
    ['with bytes appended', resigned(Buffer.concat([authenticatorData(RP_ID), Buffer.from([0])]))],
    ['too short', resigned(authenticatorData(RP_ID).subarray(0, 36))],
    [
      'of a web login',
      resigned(
        authenticatorData(RP_ID),
        Buffer.from(
          '{"type":"webauthn.get","challenge":"AAAA","origin":"https://console.signer.test","crossOrigin":false}',
        ),
      ),
    ],
    [
      'with another order of members',
      resigned(
        authenticatorData(RP_ID),
        Buffer.from(clientDataFor(nodeCrypto, 'decision', decision)).reverse(),
      ),
    ],
    ['of another credential', { credentialId: 'AAAAAAAAAAAAAAAAAAAAAAAA' }],
    [
      'with its signature cut',
      { signature: Buffer.from(good.signature, 'base64url').subarray(0, -4).toString('base64url') },
    ],
  ])('%s is refused', (_name, change) => expect(verify(change)).toThrowCode('device_proof'));
});

describe('the closed table', () => {
  const names = Object.keys(signable) as Signable[];
  const object = (name: Signable) => ({ _type: signable[name].type, hello: 'x' });
  for (const offered of names) {
    test(`a ${offered} is accepted as nothing else`, () => {
      for (const device of [ana.key, ana.hsm]) {
        const proof = device.prove(offered, object(offered));
        expect(() =>
          verifyProof(nodeCrypto, RP_ID, device.device, offered, object(offered), proof),
        ).not.toThrow();
        for (const asked of names.filter((n) => n !== offered)) {
          expect(() =>
            verifyProof(nodeCrypto, RP_ID, device.device, asked, object(offered), proof),
          ).toThrowCode('wrong_type');
          expect(() =>
            verifyProof(nodeCrypto, RP_ID, device.device, asked, object(asked), proof),
          ).toThrowCode('device_proof');
        }
      }
    });
  }
  test('no row shares a type, an origin or a payload type with another', () => {
    for (const column of ['type', 'origin', 'payloadType'] as const)
      expect(new Set(names.map((n) => signable[n][column])).size).toBe(names.length);
  });
});

describe('a quorum', () => {
  const by = (who: Person, overrides: Partial<Decision> = {}) => seal(who, makeDecision(two, who, overrides));
  const count =
    (...all: Sealed[]) =>
    () =>
      requireQuorum(nodeCrypto, two, all);

  test('of two is complete with two and not with one', () => {
    expect(count(by(ana))).toThrowCode('quorum_incomplete');
    expect(requireQuorum(nodeCrypto, two, [by(ana), by(ben)])).toHaveLength(2);
  });
  test('does not count one officer, or one machine, twice', () => {
    expect(count(by(ana), by(ana))).toThrowCode('officer_decided');
    const shared = makeDecision(two, ben, { machine: ana.machine.id });
    const proof = ben.key.prove('decision', shared);
    const countersignature = Buffer.from(
      ana.machine.sign.sign(countersignatureBytes(nodeCrypto, shared, proof)),
    ).toString('base64');
    expect(count(by(ana), { decision: shared, proof, countersignature })).toThrowCode('machine_shared');
  });
  test('does not take a challenge twice', () => {
    const first = by(ana);
    expect(count(first, by(ben, { challenge: first.decision.challenge }))).toThrowCode('challenge_reused');
  });
  test('ends with one denial, also of one who approved before', () => {
    const deny = { verdict: 'deny', reason: 'no' } as const;
    expect(tally(nodeCrypto, two, [by(ana), by(ben), by(cai, deny)])).toEqual({ state: 'denied', by: 'cai' });
    expect(tally(nodeCrypto, two, [by(ana), by(ana, deny)])).toEqual({ state: 'denied', by: 'ana' });
    expect(count(by(ana), by(ben), by(cai, deny))).toThrowCode('denied');
  });
});

describe('a session', () => {
  const { sealed: session } = makeSession(world, ana);
  const at = { signer: world.pin, nonce: session.session.nonce, now: Date.parse(NOW) };
  const verify =
    (change: Partial<typeof at>, s = session) =>
    () =>
      verifySession(nodeCrypto, world.directory, { ...at, ...change }, s);

  test('signed for this nonce and Signer is accepted', () => expect(verify({})).not.toThrow());
  test('for another nonce, Signer or time is refused', () => {
    expect(verify({ nonce: 'x' })).toThrowCode('challenge_unknown');
    expect(verify({ signer: makeWorld().pin })).toThrowCode('signer_mismatch');
    expect(verify({ now: at.now + 13 * 3600_000 })).toThrowCode('expired');
    expect(verify({ now: at.now - 13 * 3600_000 })).toThrowCode('expired');
  });
  test('never passes for a decision, nor a decision for a session', () => {
    const decision = makeDecision(expected, ana);
    const proof = ana.key.prove('session', session.session);
    expect(check({ decision, proof, countersignature: session.countersignature })).toThrowCode(
      'device_proof',
    );
    expect(canonical(decision)).not.toEqual(canonical(session.session));
    expect(verify({}, { ...session, proof: ana.key.prove('decision', decision) })).toThrowCode(
      'device_proof',
    );
  });
});
