// Sign-in and resume: whoever is not the officer, now, on this connection, with this Signer, gets no seat.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeCodes } from '../../../contract/wire/link.ts';
import { countersignatureBytes } from '../../../core/decision/countersignature.ts';
import type { Proof } from '../../../core/decision/proof.ts';
import { sessionUseBytes, type SealedSession, type Session } from '../../../core/decision/session.ts';
import { signable, type Signable } from '../../../core/decision/signable.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { SoftDevice } from '../../support/soft-devices.ts';
import { softKey } from '../../support/keys.ts';
import {
  expectedOf,
  makeDecision,
  makeRequest,
  makeSession,
  makeWorld,
  NOW,
  samplePayload,
  seal,
  successor,
  type Person,
} from '../../support/world.ts';
import { connectRaw, seatRaw, startRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
afterEach(() => {
  rig.clock.at = Date.parse(NOW);
  rig.trusted = rig.world.chain;
});

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const turnedAway = { code: closeCodes.sign_in_refused, reason: 'sign_in_refused' };
const ended = { code: closeCodes.session_invalid, reason: 'session_invalid' };
const hours = (n: number) => new Date(Date.parse(NOW) + n * 3_600_000).toISOString();

/** Offers what `make` makes of the nonce; gives the code of the refusal, or `welcome`. */
async function offer(make: (nonce: string) => SealedSession): Promise<string> {
  const raw = connectRaw(rig);
  const { nonce } = await raw.until('hello');
  raw.send({ type: 'sign-in', ref: 7, sealed: make(nonce) });
  const answer = await raw.next();
  if (answer.type !== 'refused') {
    raw.ws.close();
    return answer.type;
  }
  expect(answer.ref).toBe(7);
  expect(await raw.closed).toEqual(turnedAway);
  return answer.code;
}

/** Seals a session by hand: with any device, any machine key, any object under the proof. */
function sealBy(who: Person, session: Session, proof: Proof): SealedSession {
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, session, proof));
  return { session, proof, countersignature: base64(signature) };
}

describe('sign-in', () => {
  test('seats the officer with a security key, and with an HSM', async () => {
    const { ana } = rig.world.people;
    expect(await offer((nonce) => makeSession(rig.world, ana, { nonce }).sealed)).toBe('welcome');
    const byHsm = (nonce: string) => {
      const { session } = makeSession(rig.world, ana, { nonce, device: ana.hsm.device.id }).sealed;
      return sealBy(ana, session, ana.hsm.prove('session', session));
    };
    expect(await offer(byHsm)).toBe('welcome');
  });

  test('a nonce counts once: a recorded sign-in is refused on another connection', async () => {
    const { sealed } = await seatRaw(rig, rig.world.people.ana);
    expect(await offer(() => sealed)).toBe('challenge_unknown');
  });

  test.each<[string, (nonce: string) => SealedSession, string]>([
    [
      'of another Signer',
      (nonce) => makeSession(makeWorld(), rig.world.people.ana, { nonce }).sealed,
      'signer_mismatch',
    ],
    [
      'that has expired',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, expires: NOW }).sealed,
      'expired',
    ],
    [
      'longer than 12 h',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, expires: hours(12.001) }).sealed,
      'expired',
    ],
    [
      'of an unknown officer',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, officer: 'eve' }).sealed,
      'officer_unknown',
    ],
    [
      "of another officer's device",
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, officer: 'ben' }).sealed,
      'device_unknown',
    ],
    [
      'of an unknown machine',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, machine: 'eve' }).sealed,
      'machine_unknown',
    ],
    [
      'of another machine',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, machine: 'ben-machine' }).sealed,
      'machine_proof',
    ],
    [
      'of a newer version only',
      (nonce) => makeSession(rig.world, rig.world.people.ana, { nonce, versions: ['2'] }).sealed,
      'version',
    ],
  ])('refuses a session %s', async (_name, make, code) => {
    expect(await offer(make)).toBe(code);
  });

  test('refuses a session changed after it was signed, member by member', async () => {
    const { ana } = rig.world.people;
    const changes: Partial<Session>[] = [
      { sessionKey: softKey().key },
      { expires: hours(11) },
      { versions: ['1', '2'] },
      { device: ana.hsm.device.id },
    ];
    const changed = (change: Partial<Session>) => (nonce: string) => {
      const { sealed } = makeSession(rig.world, ana, { nonce });
      return { ...sealed, session: { ...sealed.session, ...change } };
    };
    for (const change of changes) expect(await offer(changed(change))).toBe('device_proof');
  });

  test('as another type: all pairs of the table, on both kinds of device', async () => {
    const { ana } = rig.world.people;
    const others = (Object.keys(signable) as Signable[]).filter((name) => name !== 'session');
    const madeAs = (name: Signable, device: SoftDevice) => (nonce: string) => {
      const { session } = makeSession(rig.world, ana, { nonce, device: device.device.id }).sealed;
      return sealBy(ana, session, device.prove(name, { ...session, _type: signable[name].type }));
    };
    for (const name of others) {
      for (const device of [ana.key, ana.hsm])
        expect(await offer(madeAs(name, device)), name).toBe('device_proof');
    }
  });

  test('the object itself under another type is not in the protocol', async () => {
    const others = (Object.keys(signable) as Signable[]).filter((name) => name !== 'session');
    for (const name of others) {
      const raw = connectRaw(rig);
      const { nonce } = await raw.until('hello');
      const { sealed } = makeSession(rig.world, rig.world.people.ana, { nonce });
      raw.send({
        type: 'sign-in',
        ref: 1,
        sealed: { ...sealed, session: { ...sealed.session, _type: signable[name].type } },
      });
      expect((await raw.closed).reason).toBe('message_invalid');
    }
  });

  test('a decision offered as a session, and a session as a decision', async () => {
    const { ana } = rig.world.people;
    const payload = samplePayload();
    const request = makeRequest(rig.world, payload);
    const { decision, proof, countersignature } = seal(
      ana,
      makeDecision(expectedOf(rig.world, request, payload), ana),
    );
    const stranger = connectRaw(rig);
    await stranger.until('hello');
    stranger.send({ type: 'sign-in', ref: 1, sealed: { session: decision, proof, countersignature } });
    expect((await stranger.closed).reason).toBe('message_invalid');

    const { raw, sealed } = await seatRaw(rig, ana);
    raw.send({
      type: 'decide',
      ref: 2,
      sealed: { decision: sealed.session, proof: sealed.proof, countersignature: sealed.countersignature },
    });
    expect((await raw.closed).reason).toBe('message_invalid');
    expect(rig.desk.disk.decided).toEqual([]);
  });
});

describe('resume', () => {
  /** Resumes on a new connection; gives the code of the refusal, or `welcome`. */
  async function resume(session: string, sign: (nonce: string) => Uint8Array): Promise<string> {
    const raw = connectRaw(rig);
    const { nonce } = await raw.until('hello');
    raw.send({ type: 'resume', ref: 3, session, signature: base64(sign(nonce)) });
    const answer = await raw.next();
    if (answer.type === 'refused') {
      expect(await raw.closed).toEqual(turnedAway);
      return answer.code;
    }
    raw.ws.close();
    return answer.type;
  }

  test("seats again with the session's key, and the older link of that session goes", async () => {
    const { raw, welcome, sessionKey } = await seatRaw(rig, rig.world.people.ana);
    const { session } = welcome;
    expect(
      await resume(session, (nonce) => sessionKey.sign(sessionUseBytes({ session, use: 'resume', nonce }))),
    ).toBe('welcome');
    expect(await raw.closed).toEqual({ code: 1001, reason: 'going_away' });
  });

  test("refuses another session's key, a stale nonce, another use, an unknown session", async () => {
    const { welcome, sessionKey, raw } = await seatRaw(rig, rig.world.people.ana);
    const other = await seatRaw(rig, rig.world.people.ben);
    const { session } = welcome;
    const stale = sessionKey.sign(
      sessionUseBytes({ session, use: 'resume', nonce: randomBytes(32).toString('base64url') }),
    );
    const path = '/api/v1/signer/link';
    const asFetch = (nonce: string) =>
      sessionKey.sign(sessionUseBytes({ session, use: 'fetch', method: 'GET', path, at: NOW, nonce }));
    const mine = (nonce: string) => sessionKey.sign(sessionUseBytes({ session, use: 'resume', nonce }));
    const another = (nonce: string) =>
      other.sessionKey.sign(sessionUseBytes({ session, use: 'resume', nonce }));
    const unknown = `sha256:${'0'.repeat(64)}`;
    expect(await resume(session, another)).toBe('session_invalid');
    expect(await resume(session, () => stale)).toBe('session_invalid');
    expect(await resume(session, asFetch)).toBe('session_invalid');
    expect(await resume(unknown, mine)).toBe('session_invalid');
    expect(await resume(other.welcome.session, mine)).toBe('session_invalid');
    expect(await resume(session, () => Buffer.from('x'))).toBe('session_invalid');
    raw.ws.close();
    other.raw.ws.close();
  });

  test('refuses a session that has ended: by time, or because officer, device or machine left the directory', async () => {
    const { welcome, sessionKey, raw } = await seatRaw(rig, rig.world.people.ana);
    raw.ws.close();
    const { session } = welcome;
    const again = () =>
      resume(session, (nonce) => sessionKey.sign(sessionUseBytes({ session, use: 'resume', nonce })));
    const { ana, ben, cai } = rig.world.people;
    rig.trusted = successor(
      rig.world.chain,
      (next) => (next.machines = next.machines.filter((m) => m.id !== ana.machine.id)),
      [ben, cai],
    );
    expect(await again()).toBe('session_invalid');
    rig.trusted = rig.world.chain;
    expect(await again()).toBe('welcome');
    rig.clock.at += 8 * 3_600_000;
    expect(await again()).toBe('session_invalid');
  });

  test('a stored session that was changed, or stands under another id, is not believed', async () => {
    const kept = new Map<string, SealedSession>();
    const sessions = {
      put: async (id: string, s: SealedSession) => void kept.set(id, s),
      get: async (id: string) => kept.get(id),
    };
    const own = await startRig({ world: rig.world, sessions });
    const { welcome, sessionKey, sealed } = await seatRaw(own, rig.world.people.ana);
    const { session } = welcome;
    const tries: SealedSession[] = [
      { ...sealed, session: { ...sealed.session, expires: hours(11) } },
      makeSession(rig.world, rig.world.people.ben).sealed,
    ];
    for (const changed of tries) {
      kept.set(session, changed);
      const raw = connectRaw(own);
      const { nonce } = await raw.until('hello');
      raw.send({
        type: 'resume',
        ref: 1,
        session,
        signature: base64(sessionKey.sign(sessionUseBytes({ session, use: 'resume', nonce }))),
      });
      const answer = await raw.next();
      expect(answer.type === 'refused' && answer.code).toBe('session_invalid');
    }
    await own.close();
  });
});

describe('a seat ends', () => {
  const gone: [string, (rig: Rig) => void][] = [
    [
      'the officer was removed',
      (r) => leave(r, (n) => (n.officers = n.officers.filter((o) => o.id !== 'ana'))),
    ],
    [
      'the device was removed',
      (r) =>
        leave(
          r,
          (n) => void (n.officers[0]!.devices = n.officers[0]!.devices.filter((d) => d.id !== 'ana-key')),
        ),
    ],
    [
      'the device has another key',
      (r) => leave(r, (n) => void (n.officers[0]!.devices[0]!.key = softKey().key)),
    ],
    [
      'the machine was removed',
      (r) => leave(r, (n) => (n.machines = n.machines.filter((m) => m.id !== 'ana-machine'))),
    ],
    ['its time is over', (r) => void (r.clock.at += 8 * 3_600_000)],
  ];
  function leave(r: Rig, change: Parameters<typeof successor>[1]): void {
    const withoutKey = (next: Parameters<typeof change>[0]) => {
      next.keys = next.keys.filter((k) => k.holder === null);
      change(next);
    };
    r.trusted = successor(r.world.chain, withoutKey, [r.world.people.ben, r.world.people.cai]);
  }

  test.each(gone)('when %s: at the next message', async (_name, happen) => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    happen(rig);
    raw.send({ type: 'subscribe', ref: 2, cursors: [] });
    expect(await raw.closed).toEqual(ended);
  });

  test.each(gone)('when %s: without a message', async (_name, happen) => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    const other = await seatRaw(rig, rig.world.people.ben);
    happen(rig);
    rig.feed.directoryChanged();
    expect(await raw.closed).toEqual(ended);
    if (rig.clock.at === Date.parse(NOW)) expect(other.raw.ws.readyState).toBe(other.raw.ws.OPEN);
    other.raw.ws.close();
  });

  test('and no event reaches it after that', async () => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    raw.send({ type: 'subscribe', ref: 2, cursors: [] });
    await raw.until('accepted');
    leave(rig, (n) => (n.officers = n.officers.filter((o) => o.id !== 'ana')));
    rig.desk.hold(makeRequest(rig.world, samplePayload()));
    await expect(raw.until('event')).rejects.toThrow('session_invalid');
  });
});
