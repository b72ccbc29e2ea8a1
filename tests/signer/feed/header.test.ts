// Fetching under a session: the header's signature, age, nonce and path, each attacked.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../../../contract/wire/paths.ts';
import type { SessionHeader } from '../../../contract/wire/session.ts';
import { sessionUseBytes } from '../../../core/decision/session.ts';
import { canonical } from '../../../core/json/canonical.ts';
import type { SoftKey } from '../../support/keys.ts';
import { makeRequest, NOW, samplePayload } from '../../support/world.ts';
import { seatRaw, startRig, type Rig } from './rig.ts';

let rig: Rig;
let mine: Awaited<ReturnType<typeof seatRaw>>;
let other: Awaited<ReturnType<typeof seatRaw>>;
const payload = samplePayload();
let path: string;

beforeAll(async () => {
  rig = await startRig({ limits: { nonces: 200 } });
  mine = await seatRaw(rig, rig.world.people.ana);
  other = await seatRaw(rig, rig.world.people.ben);
  const request = makeRequest(rig.world, payload);
  rig.desk.hold(request, payload);
  path = paths.payload(request.id, request.payloadDigest);
});
afterAll(async () => {
  mine.raw.ws.close();
  other.raw.ws.close();
  await rig.close();
});
afterEach(() => {
  rig.clock.at = Date.parse(NOW);
});

const nonceOf = () => randomBytes(32).toString('base64url');

function header(
  overrides: Partial<SessionHeader> = {},
  signed: { path?: string; method?: string; key?: SoftKey; use?: object } = {},
) {
  const { session, at, nonce } = { session: mine.welcome.session, at: NOW, nonce: nonceOf(), ...overrides };
  const use = {
    session,
    use: 'fetch' as const,
    method: 'GET' as const,
    path: signed.path ?? path,
    at,
    nonce,
    ...signed.use,
  };
  const signature = Buffer.from((signed.key ?? mine.sessionKey).sign(sessionUseBytes(use))).toString(
    'base64',
  );
  return {
    session,
    at,
    nonce,
    signature,
    ...(overrides.signature ? { signature: overrides.signature } : {}),
  };
}

const encode = (value: object) => `Session ${Buffer.from(canonical(value)).toString('base64url')}`;

async function get(authorization: string | undefined, target = path) {
  const response = await fetch(rig.url + target, {
    headers: authorization === undefined ? {} : { authorization },
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, body };
}

describe('a fetch under a session', () => {
  test('gives the payload, once for each header', async () => {
    const authorization = encode(header());
    expect(await get(authorization)).toEqual({ status: 200, body: Buffer.from(payload) });
    expect((await get(authorization)).status).toBe(401);
  });

  test('a nonce of one session is free in another', async () => {
    const nonce = nonceOf();
    expect((await get(encode(header({ nonce })))).status).toBe(200);
    expect(
      (await get(encode(header({ nonce, session: other.welcome.session }, { key: other.sessionKey }))))
        .status,
    ).toBe(200);
  });

  test.each<[string, () => string | undefined]>([
    ['no header', () => undefined],
    ['another scheme', () => encode(header()).replace('Session', 'Bearer')],
    ['no base64url', () => 'Session ***'],
    [
      'a form that is not canonical',
      () => `Session ${Buffer.from(JSON.stringify(header(), null, 1)).toString('base64url')}`,
    ],
    ['an unknown member', () => encode({ ...header(), method: 'GET' })],
    ['too long a header', () => `Session ${'A'.repeat(4000)}`],
    ['an unknown session', () => encode(header({ session: `sha256:${'1'.repeat(64)}` }))],
    ["another session's id over this key", () => encode(header({ session: other.welcome.session }))],
    ["another session's key", () => encode(header({}, { key: other.sessionKey }))],
    ["the machine's key", () => encode(header({}, { key: rig.world.people.ana.machine.sign }))],
    ['a signature over another path', () => encode(header({}, { path: `${path}0` }))],
    ['a signature over a resume', () => encode(header({}, { use: { use: 'resume' } }))],
    ['a signature over another method', () => encode(header({}, { use: { method: 'POST' } }))],
    ['a signature over another time', () => encode({ ...header(), at: '2026-11-23T12:00:01.000Z' })],
    ['a signature over another nonce', () => encode({ ...header(), nonce: nonceOf() })],
    ['61 s too old', () => encode(header({ at: '2026-11-23T11:58:59.000Z' }))],
    ['61 s too new', () => encode(header({ at: '2026-11-23T12:01:01.000Z' }))],
    ['a time that is none', () => encode(header({ at: '2026-99-99T99:99:99Z' }))],
    ['no signature', () => encode({ ...header(), signature: '' })],
  ])('refuses %s', async (_name, make) => {
    expect((await get(make())).status).toBe(401);
  });

  test('59 s to either side are good', async () => {
    expect((await get(encode(header({ at: '2026-11-23T11:59:01.000Z' })))).status).toBe(200);
    expect((await get(encode(header({ at: '2026-11-23T12:00:59.000Z' })))).status).toBe(200);
  });

  test('a header from the edge of the future is still refused the second time, however late', async () => {
    const authorization = encode(header({ at: '2026-11-23T12:00:59.000Z' }));
    expect((await get(authorization)).status).toBe(200);
    for (const seconds of [1, 59, 100, 118]) {
      rig.clock.at = Date.parse(NOW) + seconds * 1000;
      expect((await get(authorization)).status, `${seconds} s later`).toBe(401);
    }
  });

  test('an expired session fetches nothing', async () => {
    rig.clock.at += 8 * 3_600_000;
    expect((await get(encode(header({ at: new Date(rig.clock.at).toISOString() })))).status).toBe(401);
  });

  test('a wrong digest in the path is not found, though signed', async () => {
    const wrong = path.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect((await get(encode(header({}, { path: wrong })), wrong)).status).toBe(404);
  });

  test('no other method than GET is accepted', async () => {
    await expect(rig.feed.verifySessionHeader(encode(header()), 'DELETE', path)).rejects.toMatchObject({
      code: 'session_invalid',
    });
  });

  test('remembered nonces are bounded: when there is no room, refused as busy and not let through', async () => {
    const codes = new Set<string>();
    for (let i = 0; i < 220; i++) {
      await rig.feed
        .verifySessionHeader(encode(header()), 'GET', path)
        .catch((e: unknown) => codes.add((e as { code: string }).code));
    }
    expect([...codes]).toEqual(['busy']);
    rig.clock.at += 300_000;
    const later = new Date(rig.clock.at).toISOString();
    await expect(
      rig.feed.verifySessionHeader(encode(header({ at: later })), 'GET', path),
    ).resolves.toMatchObject({ officer: 'ana' });
  });
});
