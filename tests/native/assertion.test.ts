// Enrolling and asserting with the virtual key, verified by a library that shares no code with us.
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { protocolTwo } from '../../native/ctap2/pin-protocol.ts';
import { PinToken } from '../../native/virtual/pin-token.ts';
import {
  PIN,
  RP,
  bytesOf,
  enrol,
  enrolledKey,
  folder,
  knows,
  random,
  setPin,
  sha256,
  use,
  virtualKey,
} from './devices.ts';

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const clientData = (type: string, challenge: Uint8Array): string =>
  `{"type":"${type}","challenge":"${base64url(challenge)}","origin":"stella-console:decision","crossOrigin":false}`;

describe('as @simplewebauthn/server sees it', () => {
  test('what is enrolled registers, what is asserted authenticates, over the exact client data', async () => {
    const key = virtualKey();
    await setPin(key);
    const enrolment = random(32);
    const created = clientData('webauthn.create', enrolment);
    const wanted = {
      rpId: RP,
      rpName: RP,
      userId: bytesOf('ann'),
      userName: 'Ann',
      clientDataHash: sha256(created),
      exclude: [],
    };
    const made = await use(key, (each, op) => each.makeCredential(wanted, knows(PIN), op));
    const id = base64url(made.credentialId);
    const registration = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(bytesOf(created)),
          attestationObject: base64url(made.attestationObject),
        },
      },
      expectedChallenge: base64url(enrolment),
      expectedOrigin: 'stella-console:decision',
      expectedRPID: RP,
      requireUserVerification: true,
      supportedAlgorithmIDs: [-7],
    });
    expect(registration.verified).toBe(true);
    const credential = registration.registrationInfo?.credential;
    if (!credential) throw new Error('no credential');
    expect(registration.registrationInfo).toMatchObject({
      fmt: 'packed',
      aaguid: made.aaguid,
      userVerified: true,
    });

    const digest = random(32);
    const got = clientData('webauthn.get', digest);
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const request = { rpId: RP, clientDataHash: sha256(got), allow };
    const answer = await use(key, (each, op) => each.getAssertion(request, knows(PIN), op));
    const authentication = (json: string) =>
      verifyAuthenticationResponse({
        response: {
          id,
          rawId: id,
          type: 'public-key',
          clientExtensionResults: {},
          response: {
            clientDataJSON: base64url(bytesOf(json)),
            authenticatorData: base64url(answer.authenticatorData),
            signature: base64url(answer.signature),
          },
        },
        expectedChallenge: base64url(digest),
        expectedOrigin: 'stella-console:decision',
        expectedRPID: RP,
        credential: { ...credential, counter: 0 },
        requireUserVerification: true,
      });
    expect(await authentication(got)).toMatchObject({
      verified: true,
      authenticationInfo: { newCounter: 1, userVerified: true },
    });
    expect((await authentication(got.replace('false', 'true '))).verified).toBe(false);
  });
});

describe('the virtual key', () => {
  const assertion = (
    key: Parameters<typeof enrol>[0],
    made: Awaited<ReturnType<typeof enrol>>,
    rpId = RP,
    others: Uint8Array[] = [],
  ) => {
    const allow = [...others.map((id) => ({ id })), { id: made.credentialId, publicKey: made.publicKey }];
    return use(key, (each, op) =>
      each.getAssertion({ rpId, clientDataHash: sha256('x'), allow }, knows(PIN), op),
    );
  };

  test('counts up, and keeps credentials and counter over a restart', async () => {
    const { key, made } = await enrolledKey();
    expect((await assertion(key, made)).counter).toBe(1);
    expect((await assertion(key, made)).counter).toBe(2);
  });

  test("knows a credential only under its own rpId, and not another key's", async () => {
    const { key, made } = await enrolledKey();
    await expect(assertion(key, made, 'other.example')).toRejectCode('no_credential');
    const another = await enrolledKey();
    await expect(assertion(another.key, made)).toRejectCode('no_credential');
  });

  test('finds one credential among a hundred, in parts that the device takes, with one touch', async () => {
    let touches = 0;
    const { key, made } = await enrolledKey({ touch: 'ask', ask: async () => ++touches > 0 });
    touches = 0;
    const others = Array.from({ length: 99 }, () => random(32));
    expect((await assertion(key, made, RP, others)).credentialId).toEqual(made.credentialId);
    expect(touches).toBe(1);
    await expect(
      use(key, (each, op) =>
        each.getAssertion(
          { rpId: RP, clientDataHash: random(32), allow: others.map((id) => ({ id })) },
          knows(PIN),
          op,
        ),
      ),
    ).toRejectCode('no_credential');
    expect(touches).toBe(1);
  });

  test('does not enrol twice what is to be excluded', async () => {
    const { key, made } = await enrolledKey();
    const wanted = {
      rpId: RP,
      rpName: RP,
      userId: bytesOf('b'),
      userName: 'b',
      clientDataHash: random(32),
      exclude: [made.credentialId],
    };
    await expect(use(key, (each, op) => each.makeCredential(wanted, knows(PIN), op))).toRejectCode(
      'credential_excluded',
    );
  });

  test.each([
    [['deny'], 'touch_denied'],
    [['timeout'], 'touch_denied'],
    [['unplug'], 'device_gone'],
    [[], 'touch_denied'],
  ] as const)('a touch script %j ends in %s', async (script, code) => {
    const key = virtualKey({ touch: [...script], touchTimeoutMs: 150 });
    await setPin(key);
    await expect(enrol(key)).toRejectCode(code);
  });

  test('a script is used up step by step, delays included', async () => {
    const { key, made } = await enrolledKey({ touch: ['touch', 'delay:120', 'touch', 'deny', 'touch'] });
    const from = performance.now();
    await assertion(key, made);
    expect(performance.now() - from).toBeGreaterThan(110);
    await expect(assertion(key, made)).toRejectCode('touch_denied');
    expect((await assertion(key, made)).counter).toBe(2);
  });

  test('keeps its file at 0600, says in it what it is, and refuses a file that is not its own', async () => {
    const store = join(folder(), 'sub', 'key.json');
    const first = virtualKey({ store });
    await setPin(first);
    const made = await enrol(first);
    expect(statSync(store).mode & 0o777).toBe(0o600);
    expect(readFileSync(store, 'utf8')).toContain('tests and demos');
    expect(readFileSync(store, 'utf8')).not.toContain(PIN);
    const again = virtualKey({ store });
    expect((await assertion(again, made)).counter).toBe(1);
    // the first one did not see that: two processes on one file are found out
    await expect(assertion(first, made)).toRejectCode('ctap_status');
    writeFileSync(store, '{"notice":"something else"}');
    expect(() => virtualKey({ store })).toThrowCode('driver_failed');
  });
});

describe("the virtual key's PIN token", () => {
  const message = random(32);
  const begun = (permissions: number, rpId: string | undefined) => {
    let now = 0;
    const token = new PinToken(() => now, random);
    const secret = Uint8Array.from(token.begin(protocolTwo, permissions, rpId));
    const check = (permission = 2, rp = RP, version = 2) =>
      token.check(version, protocolTwo.authenticate(secret, message), message, permission, rp);
    return { token, check, at: (ms: number) => (now = ms) };
  };

  test.each([
    [29_000, true],
    [31_000, false],
  ])('first used after %i ms: %s', (ms, good) => {
    const { check, at } = begun(2, RP);
    at(ms);
    if (good) expect(() => check()).not.toThrow();
    else expect(() => check()).toThrow('0x33');
  });

  test.each([
    [599_000, true],
    [601_000, false],
  ])('in use, %i ms old: %s', (ms, good) => {
    const { check, at } = begun(2, RP);
    check();
    at(ms);
    if (good) expect(() => check()).not.toThrow();
    else expect(() => check()).toThrow('0x33');
  });

  test('with ga it cannot do mc; for one rpId it does no other; spent, revoked or of another protocol it does nothing', () => {
    expect(() => begun(2, RP).check(1)).toThrow('0x33');
    expect(() => begun(2, RP).check(2, 'other.example')).toThrow('0x33');
    expect(() => begun(2, RP).check(2, RP, 1)).toThrow('0x33');
    const unbound = begun(3, undefined);
    unbound.check(2, RP);
    expect(() => unbound.check(2, 'other.example')).toThrow('0x33');
    unbound.token.spend();
    expect(() => unbound.check()).toThrow('0x33');
    const ended = begun(2, RP);
    ended.token.end();
    expect(() => ended.check()).toThrow('0x33');
  });
});
