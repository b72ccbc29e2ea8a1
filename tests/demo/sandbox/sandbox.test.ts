// The whole sandbox as its users meet it: one line, real HTTP, a bundle that others verify, and every gate's answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SignedAnswer, StatusAnswer } from '../../../contract/wire/sign.ts';
import { KeysAnswer } from '../../../contract/wire/verify.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { pinOf, verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { send } from '../../signer/http/setup.ts';
import { launch, pipeline, setPoe, told, tokenOf, type Launched, type Pipeline, type Told } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandbox-run-'));
let launched: Launched;
let sandbox: Told;
let ci: Pipeline;
const untrusted = { scannerImageDigest: `sha256:${'0'.repeat(64)}` };

beforeAll(async () => {
  launched = launch(['--dev', '--data', folder, '--poe-ttl', '2']);
  sandbox = await told(launched);
  ci = await pipeline(sandbox);
});
afterAll(async () => {
  launched.child.kill('SIGTERM');
  await launched.exited;
  rmSync(folder, { recursive: true, force: true });
});

test('says where everything is in one line, and nothing else on stdout', async () => {
  expect(Object.keys(sandbox)).toEqual(['url', 'token', 'poe', 'tenant', 'scannerImageDigest']);
  expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/signer$/);
  for (const url of [sandbox.token, sandbox.poe]) expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(sandbox.scannerImageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  await ci.sign();
  expect(launched.out().trim().split('\n')).toHaveLength(1);
});

describe('200', () => {
  test('a bundle that @sigstore/verify accepts with the key of GET keys, in a log whose checkpoint verifies', async () => {
    const answer = await ci.sign();
    expect(answer.status, JSON.stringify(answer.json)).toBe(200);
    const { bundle, envelope, signer, log, policy } = SignedAnswer.parse(answer.json);
    const { keys } = KeysAnswer.parse((await ci.call('GET', '/keys')).json);
    const key = keys.find(({ keyid }) => keyid === bundle?.verificationMaterial.publicKey.hint);
    expect(key).toMatchObject({ name: signer.keyId, use: 'release', approvalOnly: false });
    const none = {
      mediaType: '',
      tlogs: [],
      ctlogs: [],
      certificateAuthorities: [],
      timestampAuthorities: [],
    };
    const trust = toTrustMaterial(none, {
      [key?.keyid ?? '']: { rawBytes: Buffer.from(key?.key.spki ?? '', 'base64'), keyDetails: 0 },
    });
    const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    verifier.verify(toSignedEntity(bundleFromJSON(bundle)));
    const payload = JSON.parse(Buffer.from(envelope?.payload ?? '', 'base64').toString()) as {
      subject: unknown;
    };
    expect(payload.subject).toEqual([{ name: 'app.tgz', digest: { sha256: 'ab'.repeat(32) } }]);
    const chain = (await ci.call('GET', '/directory')).json;
    const trusted = verifyChain(nodeCrypto, chain, pinOf(nodeCrypto, chain));
    expect(openCheckpoint(nodeCrypto, trusted.latest, log.checkpoint).size).toBeGreaterThan(log.leafIndex);
    expect(policy).toMatchObject({ plan: 'sandbox', quota: { limit: expect.any(Number) } });
    const verdict = await ci.call('POST', '/verify/dsse', { bundle, artifact: `sha256:${'ab'.repeat(32)}` });
    expect(verdict.json).toMatchObject({ verdict: 'good', says: 'directory' });
  });
  test('the same key and body bring the same answer; another body 409', async () => {
    const key = { 'idempotency-key': 'same' };
    const first = await ci.sign({}, key);
    expect((await ci.sign({}, key)).json).toEqual(first.json);
    expect((await ci.sign({ predicate: {} }, key)).json).toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    });
  });
  test(`${count(1000)} requests leave nobody rate limited`, async () => {
    const each = count(1000) / 4;
    const statuses = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const one = await pipeline(sandbox);
        const seen = new Set<number>();
        for (let i = 0; i < each; i++) seen.add((await one.sign()).status);
        return [...seen];
      }),
    );
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
  }, 60_000);
});

describe('202', () => {
  test('from another scanner image: held, seen, withdrawn', async () => {
    const held = await ci.sign(untrusted);
    expect(held.status).toBe(202);
    expect(held.json).toMatchObject({
      status: 'waiting',
      code: 'held_manual_approval',
      matchNumber: expect.stringMatching(/^\d{6}$/),
    });
    const statusUrl = String(held.json['statusUrl']);
    expect(statusUrl).toBe(`${sandbox.url}/requests/${String(held.json['requestId'])}`);
    const status = StatusAnswer.parse((await ci.call('GET', statusUrl)).json);
    expect(status).toMatchObject({
      state: 'waiting',
      kind: 'manual-approval',
      matchNumber: held.json['matchNumber'],
    });
    const other = await pipeline(sandbox, { tenant: 'another' });
    expect([403, 404]).toContain((await other.call('GET', statusUrl)).status);
    expect([403, 404]).toContain((await other.call('DELETE', statusUrl)).status);
    expect((await ci.call('DELETE', statusUrl)).status).toBe(204);
    expect((await ci.call('GET', statusUrl)).json).toMatchObject({ state: 'withdrawn' });
    expect((await ci.call('DELETE', statusUrl)).json).toMatchObject({ status: 409, code: 'not_waiting' });
  });
});

describe('entitlement', () => {
  test('denied from the very next request on; unavailable within the TTL goes by the last yes, past it 503', async () => {
    const mine = await pipeline(sandbox, { tenant: 'poe-tenant' });
    expect((await mine.sign()).status).toBe(200);
    await setPoe(sandbox, 'unavailable', 'poe-tenant');
    expect((await mine.sign()).status).toBe(200);
    await new Promise((resolve) => {
      setTimeout(resolve, 2100);
    });
    expect((await mine.sign()).json).toMatchObject({ status: 503, code: 'poe_unavailable' });
    await setPoe(sandbox, 'entitled', 'poe-tenant');
    expect((await mine.sign()).status).toBe(200);
    await setPoe(sandbox, 'denied', 'poe-tenant');
    expect((await mine.sign()).json).toMatchObject({ status: 403, code: 'not_entitled' });
    await setPoe(sandbox, 'unavailable', 'poe-tenant');
    expect((await mine.sign()).json).toMatchObject({ status: 503, code: 'poe_unavailable' });
    expect((await ci.sign()).status).toBe(200);
  });
});

describe('refusals', () => {
  test('reserved predicates, keys that callers may not name, expired and foreign tokens', async () => {
    expect((await ci.sign({ predicateType: 'https://stella.ops/approval/v1' })).json).toMatchObject({
      status: 403,
      code: 'predicate_reserved',
    });
    const log = await ci.sign({ options: { signingMode: 'keyful', keyId: 'file:log' } });
    expect([400, 403]).toContain(log.status);
    const expired = await pipeline(sandbox, { ttl: -1 });
    expect((await expired.sign()).json).toMatchObject({ status: 401, code: 'token_expired' });
    const scopeless = await pipeline(sandbox, { scope: 'other' });
    expect((await scopeless.sign()).json).toMatchObject({ status: 403, code: 'scope_missing' });
    const unbound = await pipeline(sandbox, { jkt: 'somebody-else' });
    expect((await unbound.sign()).json).toMatchObject({ status: 401, code: 'proof_invalid' });
  });
  test('a second use of a proof', async () => {
    const url = `${sandbox.url}/requests/01ARZ3NDEKTSV4RRFFQ69G5FAV`;
    const token = await tokenOf(sandbox, ci.client.jkt);
    const nonce = (await fetch(`${sandbox.url}/keys`)).headers.get('dpop-nonce') ?? '';
    const dpop = await ci.client.proof({ htm: 'GET', htu: url, token, nonce });
    const use = () => fetch(url, { headers: { authorization: `DPoP ${token}`, dpop } });
    expect((await use()).status).toBe(404);
    expect(await (await use()).json()).toMatchObject({ code: 'proof_replayed' });
  });
  test('a web page: another Host, any Origin, at each of the three servers', async () => {
    for (const url of [sandbox.url, sandbox.token, sandbox.poe])
      for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
        const { origin, pathname } = new URL(url);
        expect((await send(origin, { method: 'POST', path: pathname, headers })).status).toBe(403);
      }
  });
});
