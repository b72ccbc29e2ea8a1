// Every status of the contract over real HTTP: who is let in, what each fault becomes, and what never leaves.
import { canonical } from '../../../core/json/canonical.ts';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { caller, refusal } from '../../../core/fault/codes.ts';
import {
  CallerFault,
  DeviceFault,
  Refusal,
  WireFault,
  type CallerCode,
  type RefusalCode,
} from '../../../core/fault/fault.ts';
import type { SignedAnswer } from '../../../contract/wire/sign.ts';
import { API } from '../../../signer/http/server.ts';
import { BODY, HELD, lastCall, send, startOutside, type Answer, type Outside } from './setup.ts';

const SIGN = `${API}/sign/dsse`;
const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
beforeEach(() => {
  outside.told.calls.splice(0);
  outside.told.fault = undefined;
  outside.told.submit = async () => HELD;
});
afterAll(() => outside.close());

const seen = ({ status, json }: Answer) => ({ status, code: json['code'] });

describe('answers to sign/dsse', () => {
  const signed: SignedAnswer = {
    bundle: null,
    envelope: null,
    signer: { mode: 'keyful', keyId: 'file:release', chain: [] },
    policy: { plan: 'p', quota: { limit: 10, remaining: 9 } },
    log: { leafIndex: 3, checkpoint: 'c' },
    evidence: '/x',
    grant: null,
  };
  test('200 with what the desk answered', async () => {
    outside.told.submit = async () => ({ kind: 'signed', answer: signed });
    const answer = await outside.sign();
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(signed);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });
  test('202 with where to look', async () => {
    const answer = await outside.sign();
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual(HELD.answer);
    expect(answer.headers['location']).toBe(HELD.kind === 'held' && HELD.answer.statusUrl);
  });
  test('the desk is given caller, body, key and the address that was called', async () => {
    await outside.sign({ headers: { 'idempotency-key': 'key-1' } });
    const [who, body, key, origin] = lastCall(outside.told) as [
      { tenant: string; jkt: string },
      unknown,
      string,
      string,
    ];
    expect(who).toMatchObject({ tenant: 'acme', subject: 'ci@acme', jkt: outside.client.jkt });
    expect(body).toEqual(BODY);
    expect([key, origin]).toEqual(['key-1', `${outside.origin}${API}`]);
  });
});

describe('401', () => {
  const challenge = (answer: Answer): string => String(answer.headers['www-authenticate']);

  test('without any token: the scheme and its algorithms, no error named', async () => {
    const answer = await send(outside.origin, { method: 'POST', path: SIGN, body: JSON.stringify(BODY) });
    expect(seen(answer)).toEqual({ status: 401, code: 'token_missing' });
    expect(challenge(answer)).toBe('DPoP algs="ES256 EdDSA"');
    expect(answer.headers['dpop-nonce']).toBe(outside.optok.nonce());
  });
  test('without a live nonce: use_dpop_nonce, and with the nonce that came back it goes through', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'nonce-dance' };
    const first = await outside.credentials('POST', SIGN, { nonce: undefined });
    const refused = await send(outside.origin, {
      method: 'POST',
      path: SIGN,
      body: JSON.stringify(BODY),
      headers: { ...headers, ...first },
    });
    expect(seen(refused)).toEqual({ status: 401, code: 'use_dpop_nonce' });
    expect(challenge(refused)).toMatch(/^DPoP error="use_dpop_nonce"/);
    const nonce = String(refused.headers['dpop-nonce']);
    const second = await outside.credentials('POST', SIGN, { nonce });
    const taken = await send(outside.origin, {
      method: 'POST',
      path: SIGN,
      body: JSON.stringify(BODY),
      headers: { ...headers, ...second },
    });
    expect(taken.status).toBe(202);
    expect(taken.headers['dpop-nonce']).toMatch(/^[\w-]{32}$/);
  });
  test('a proof used twice: proof_replayed', async () => {
    const headers = await outside.credentials('POST', SIGN);
    expect((await outside.sign({ headers })).status).toBe(202);
    const again = await outside.sign({ headers });
    expect(seen(again)).toEqual({ status: 401, code: 'proof_replayed' });
    expect(challenge(again)).toMatch(/^DPoP error="invalid_dpop_proof"/);
  });
  test('a proof for another method or path', async () => {
    for (const headers of [
      await outside.credentials('GET', SIGN),
      await outside.credentials('POST', `${API}/keys`),
    ])
      expect(seen(await outside.sign({ headers }))).toEqual({ status: 401, code: 'proof_invalid' });
  });
  test('another issuer, expired, Bearer, two Authorization headers, two DPoP headers', async () => {
    const { authorization, dpop } = await outside.credentials('POST', SIGN);
    const two = { authorization: [authorization ?? '', authorization ?? ''], dpop: dpop ?? '' };
    expect(seen(await outside.sign({ headers: two }))).toEqual({ status: 401, code: 'token_invalid' });
    const proofs = { authorization: authorization ?? '', dpop: [dpop ?? '', dpop ?? ''] };
    expect(seen(await outside.sign({ headers: proofs }))).toEqual({ status: 401, code: 'proof_invalid' });
    const bearer = { authorization: String(authorization).replace('DPoP', 'Bearer') };
    const answer = await outside.sign({ headers: bearer });
    expect(seen(answer)).toEqual({ status: 401, code: 'token_invalid' });
    expect(challenge(answer)).toMatch(/^DPoP error="invalid_token"/);
    const foreign = await outside.credentials('POST', SIGN, {
      token: await outside.token({ iss: 'https://evil.example' }),
    });
    expect(seen(await outside.sign({ headers: foreign }))).toEqual({ status: 401, code: 'token_invalid' });
  });
  test('comes before the body is read: 15 MiB of rubbish without a token', async () => {
    const body = 'x'.repeat(15 * 1024 * 1024);
    expect(seen(await send(outside.origin, { method: 'POST', path: SIGN, body }))).toEqual({
      status: 401,
      code: 'token_missing',
    });
  });
  test('every route of a tenant wants a token, the payload a session', async () => {
    for (const [method, path] of [
      ['GET', `${API}/requests/${ID}`],
      ['DELETE', `${API}/requests/${ID}`],
      ['GET', `${API}/requests/${ID}/evidence`],
    ] as const)
      expect(seen(await send(outside.origin, { method, path }))).toEqual({
        status: 401,
        code: 'token_missing',
      });
    const path = `${API}/requests/${ID}/payload/sha256:${'a'.repeat(64)}`;
    for (const headers of [
      {},
      await outside.credentials('GET', path),
      { authorization: 'Session x' },
      { authorization: 'Session e30' },
    ])
      expect(seen(await send(outside.origin, { path, headers }))).toEqual({
        status: 401,
        code: 'session_invalid',
      });
    expect(outside.told.calls).toEqual([]);
  });
});

test('403 for a token without the scope, with the challenge of RFC 6750', async () => {
  const headers = await outside.credentials('POST', SIGN, { token: await outside.token({ scope: 'other' }) });
  const answer = await outside.sign({ headers });
  expect(seen(answer)).toEqual({ status: 403, code: 'scope_missing' });
  expect(answer.headers['www-authenticate']).toMatch(
    /^DPoP error="insufficient_scope", scope="signer\.sign"/,
  );
});

describe('what the desk throws', () => {
  test.each(Object.keys(caller) as CallerCode[])('%s has the status of its table', async (code) => {
    outside.told.submit = () => Promise.reject(new CallerFault(code, 'a fact'));
    const answer = await outside.sign();
    expect(seen(answer)).toEqual({ status: caller[code].http, code });
    expect(answer.json).toMatchObject({
      title: caller[code].says,
      next: caller[code].next,
      detail: 'a fact',
    });
    expect(answer.headers['retry-after']).toBe(caller[code].http === 429 ? '60' : undefined);
    expect(answer.headers['dpop-nonce']).toMatch(/^[\w-]{32}$/);
  });
  test('429 tells how long to wait when the desk knows', async () => {
    outside.told.submit = () => Promise.reject(new CallerFault('quota_exceeded', '', undefined, 12.3));
    expect((await outside.sign()).headers['retry-after']).toBe('13');
  });
  test.each(Object.keys(refusal) as RefusalCode[])(
    '%s is told when its table has a status, else internal',
    async (code) => {
      outside.told.submit = () => Promise.reject(new Refusal(code, 'inside knowledge'));
      const entry: { http?: number; says: string } = refusal[code];
      const answer = await outside.sign();
      expect(seen(answer)).toEqual(
        entry.http ? { status: entry.http, code } : { status: 500, code: 'internal' },
      );
      if (!entry.http) expect(answer.body.toString()).not.toContain('inside knowledge');
    },
  );
  test.each([
    new Error('SELECT secret FROM rows', { cause: new Error('deep') }),
    new TypeError('x is not a function'),
    new WireFault('timed_out', 'http://inside'),
    new DeviceFault('pin_invalid', 'slot 7'),
    Object.assign(new Error('gone'), { statusCode: 418, code: 'FST_ERR_SOMETHING' }),
  ])(
    '%s is internal: no message, cause or stack leaves, and the log has it under the trace',
    async (thrown) => {
      outside.told.submit = () => Promise.reject(thrown);
      const answer = await outside.sign();
      expect(seen(answer)).toEqual({ status: 500, code: 'internal' });
      expect(answer.body.toString()).not.toMatch(
        /SELECT|secret|deep|function|inside|slot|gone|stack|at .*\.ts/,
      );
      const line = outside.lines.find(
        (one) => one.includes(String(answer.json['trace'])) && one.includes('"failed"'),
      );
      expect(line).toContain(thrown.message.split(':')[0]);
    },
  );
  test('no line of the log ever holds a token, a proof or the licence', async () => {
    const { authorization, dpop } = await outside.credentials('POST', SIGN);
    await outside.sign({ headers: { authorization: authorization ?? '', dpop: dpop ?? '' } });
    const all = outside.lines.join('');
    for (const secret of [String(authorization).slice(5), dpop, 'licence-secret'])
      expect(all).not.toContain(secret);
  });
});

describe('requests', () => {
  const path = `${API}/requests/${ID}`;
  test('state, withdrawal and evidence are asked of the desk under the tenant of the token', async () => {
    expect(
      (await send(outside.origin, { path, headers: await outside.credentials('GET', path) })).status,
    ).toBe(200);
    const gone = await send(outside.origin, {
      method: 'DELETE',
      path,
      headers: await outside.credentials('DELETE', path),
    });
    expect([gone.status, gone.body.length]).toEqual([204, 0]);
    const evidence = `${path}/evidence`;
    expect(
      (await send(outside.origin, { path: evidence, headers: await outside.credentials('GET', evidence) }))
        .status,
    ).toBe(200);
    expect(outside.told.calls.map(({ name, args }) => [name, ...args])).toEqual([
      ['status', 'acme', ID, `${outside.origin}${API}`],
      ['withdraw', 'acme', ID],
      ['evidence', 'acme', ID],
    ]);
  });
  test('another tenant, not there, no longer waiting', async () => {
    for (const [code, status] of [
      ['tenant_forbidden', 403],
      ['not_found', 404],
      ['not_waiting', 409],
    ] as const) {
      outside.told.fault = new CallerFault(code);
      const answer = await send(outside.origin, {
        method: 'DELETE',
        path,
        headers: await outside.credentials('DELETE', path),
      });
      expect(seen(answer)).toEqual({ status, code });
    }
  });
  test.each(['x', ID.toLowerCase(), `${ID}0`, '..%2f..', 'a'.repeat(500)])(
    'an id that is none is not there: %s',
    async (id) => {
      const own = `${API}/requests/${id}`;
      const answer = await send(outside.origin, {
        path: own,
        headers: await outside.credentials('GET', own),
      });
      expect(answer.status).toBe(404);
      expect(outside.told.calls).toEqual([]);
    },
  );
  test('an officer reads evidence of any tenant, and payloads byte for byte, under the session', async () => {
    const header = {
      session: `sha256:${'a'.repeat(64)}`,
      at: '2026-11-23T12:00:00Z',
      nonce: 'A'.repeat(43),
      signature: 'AAAA',
    };
    const headers = { authorization: `Session ${Buffer.from(canonical(header)).toString('base64url')}` };
    expect((await send(outside.origin, { path: `${path}/evidence`, headers })).status).toBe(200);
    expect(outside.told.calls.at(-1)).toEqual({ name: 'evidence', args: [null, ID] });
    const digest = `sha256:${'b'.repeat(64)}`;
    const payload = await send(outside.origin, { path: `${path}/payload/${digest}`, headers });
    expect([...payload.body]).toEqual([0, 1, 255]);
    expect(payload.headers['content-type']).toBe('application/octet-stream');
    expect(payload.headers['x-content-type-options']).toBe('nosniff');
    expect(outside.told.calls.at(-1)).toEqual({ name: 'payload', args: [ID, digest] });
    expect((await send(outside.origin, { path: `${path}/payload/sha256:x`, headers })).status).toBe(404);
    expect(seen(await send(outside.origin, { path, headers }))).toEqual({
      status: 401,
      code: 'token_invalid',
    });
  });
});

describe('Host and Origin', () => {
  const port = (): string => new URL(outside.origin).port;
  test.each([
    ['another host', () => ({ host: 'evil.example' })],
    ['a name that may resolve to us', () => ({ host: `signer.evil.example:${port()}` })],
    ['our name at another port', () => ({ host: '127.0.0.1:1' })],
    ['our name without the port', () => ({ host: '127.0.0.1' })],
    ['an Origin', () => ({ origin: 'https://evil.example' })],
    ['our own Origin', () => ({ origin: outside.origin })],
    ['Origin null', () => ({ origin: 'null' })],
  ])('%s is forbidden, wherever', async (_what, headers) => {
    for (const path of [`${API}/keys`, '/healthz', '/metrics', '/nowhere']) {
      const answer = await send(outside.origin, { path, headers: headers() });
      expect(seen(answer)).toEqual({ status: 403, code: 'host_forbidden' });
    }
  });
  test('localhost with the port is served, in any case, and is what the proof names then', async () => {
    const origin = `http://LOCALHOST:${port()}`;
    const access = await outside.token();
    const proof = await outside.client.proof({
      htm: 'POST',
      htu: origin + SIGN,
      token: access,
      nonce: outside.optok.nonce(),
    });
    const answer = await outside.sign({
      headers: { host: `LOCALHOST:${port()}`, authorization: `DPoP ${access}`, dpop: proof },
    });
    expect(answer.status).toBe(202);
    expect(outside.told.calls[0]?.args[3]).toBe(`http://localhost:${port()}${API}`);
  });

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port()), '127.0.0.1', () => socket.write(text));
      let all = '';
      socket.on('data', (data) => (all += data.toString()));
      socket.on('end', () => resolve(all));
      socket.on('error', reject);
    });
  }
  test('two Hosts, an absolute target of another host, and no HTTP at all', async () => {
    const host = `Host: 127.0.0.1:${port()}\r\n`;
    expect(await raw(`GET ${API}/keys HTTP/1.1\r\n${host}Host: evil\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 403/,
    );
    expect(
      await raw(`GET http://evil.example${API}/keys HTTP/1.1\r\n${host}Connection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 403/);
    const rubbish = await raw('rubbish\r\n\r\n');
    expect(rubbish).toMatch(/^HTTP\/1.1 400/);
    expect(rubbish).toMatch(/application\/problem\+json[\s\S]*"code":"body_malformed"/);
    expect(await raw(`GET /healthz HTTP/1.1\r\n${host}X: ${'x'.repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413/,
    );
  });
});

describe('addresses', () => {
  test.each([
    '/',
    '/api',
    API,
    `${API}/sign`,
    `${API}/sign/dsse/`,
    `${API}/nowhere`,
    '/%zz',
    `${API}/requests//payload`,
  ])('%s is not there', async (path) => {
    const answer = await send(outside.origin, { path });
    expect(seen(answer)).toEqual({ status: 404, code: 'not_found' });
    expect(answer.headers['dpop-nonce']).toMatch(/^[\w-]{32}$/);
  });
  test.each([
    ['GET', SIGN, 'POST'],
    ['PUT', SIGN, 'POST'],
    ['POST', `${API}/requests/${ID}`, 'GET, HEAD, DELETE'],
    ['DELETE', `${API}/keys`, 'GET, HEAD'],
    ['OPTIONS', `${API}/keys`, 'GET, HEAD'],
    ['POST', `${API}/log/checkpoint`, 'GET, HEAD'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await send(outside.origin, { method, path, ...(method === 'POST' ? { body: 'x' } : {}) });
    expect(seen(answer)).toEqual({ status: 405, code: 'method_not_allowed' });
    expect(String(answer.headers['allow']).split(', ').sort()).toEqual(allow.split(', ').sort());
  });
});
