// What anybody may read: keys, trust, log, verdicts, health, metrics, and a description that fits the routes.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrustRootAnswer } from '../../../contract/wire/log.ts';
import { KeysAnswer, VerifyAnswer } from '../../../contract/wire/verify.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../../../signer/http/server.ts';
import { bundleBy, playStory } from '../../support/evidence-world.ts';
import { samplePayload } from '../../support/world.ts';
import { send, startOutside, type Answer, type Outside } from './setup.ts';

let outside: Outside;
let lacking: string[] = [];
beforeAll(async () => {
  outside = await startOutside({ notReady: () => lacking });
});
afterAll(() => outside.close());
const get = (path: string): Promise<Answer> => send(outside.origin, { path });

describe('trust', () => {
  test('keys carry the ids that bundles carry', async () => {
    const { keys } = KeysAnswer.parse((await get(`${API}/keys`)).json);
    expect(keys).toHaveLength(outside.world.directory.keys.length);
    for (const key of keys) expect(key.keyid).toBe(keyId(nodeCrypto, key.key));
  });
  test('trust-root, directory and policy are those of the directory; the chain verifies under its pin', async () => {
    const root = TrustRootAnswer.parse((await get(`${API}/trust-root`)).json);
    expect(root).toMatchObject({
      pin: outside.world.pin,
      directory: outside.world.trust.latestDigest,
      version: 1,
    });
    const chain = (await get(`${API}/directory`)).json;
    expect(verifyChain(nodeCrypto, chain, outside.world.pin).latestDigest).toBe(root.directory);
    expect((await get(`${API}/policy`)).json).toEqual(outside.world.policy);
  });
});

describe('log', () => {
  test('the checkpoint is text, proofs are JSON', async () => {
    const note = await get(`${API}/log/checkpoint`);
    expect(note.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(note.body.toString()).toMatch(/^signer\.test\/log\n7\n/);
    expect((await get(`${API}/log/inclusion/6/7`)).json).toEqual({ proof: ['aa'] });
    expect((await get(`${API}/log/consistency/3/7`)).json).toEqual({ proof: ['bb'] });
  });
  test.each([
    'inclusion/7/7',
    'inclusion/0/8',
    'inclusion/0/0',
    'inclusion/-1/7',
    'inclusion/01/7',
    'inclusion/1e0/7',
    'inclusion/x/7',
    'inclusion/0/99999999999999999999',
    'consistency/0/7',
    'consistency/5/4',
    'consistency/1/8',
    'consistency/1.0/7',
  ])('%s is not there', async (path) => {
    const answer = await get(`${API}/log/${path}`);
    expect([answer.status, answer.json['code']]).toEqual([404, 'not_found']);
  });
});

describe('verify/dsse', () => {
  async function verdict(body: object): Promise<{ status: number; answer: VerifyAnswer }> {
    const headers = { 'content-type': 'application/json' };
    const sent = await send(outside.origin, {
      method: 'POST',
      path: `${API}/verify/dsse`,
      headers,
      body: JSON.stringify(body),
    });
    return {
      status: sent.status,
      answer: sent.status === 200 ? VerifyAnswer.parse(sent.json) : (sent.json as VerifyAnswer),
    };
  }
  const payload = samplePayload();
  const subject = (
    JSON.parse(Buffer.from(payload).toString()) as { subject: { digest: { sha256: string } }[] }
  ).subject[0];
  const artifact = `sha256:${subject?.digest.sha256}`;

  test('good with the plain key, refused with another artifact, another byte, and an approval-only key alone', async () => {
    const bundle = bundleBy(outside.world, 'file:release', payload);
    expect(await verdict({ bundle, artifact })).toMatchObject({
      status: 200,
      answer: { verdict: 'good', says: 'directory', key: 'file:release' },
    });
    const other = `sha256:${createHash('sha256').update('other').digest('hex')}`;
    expect(await verdict({ bundle, artifact: other })).toMatchObject({
      answer: { verdict: 'refused', code: 'subject_mismatch' },
    });
    const held = bundleBy(outside.world, 'file:release-approved', payload);
    expect(await verdict({ bundle: held, artifact })).toMatchObject({
      answer: { verdict: 'refused', code: 'approval_missing' },
    });
    const turned = structuredClone(bundle);
    const sig = Buffer.from(turned.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
    sig[sig.length - 1] = (sig.at(-1) ?? 0) ^ 1;
    turned.dsseEnvelope.signatures[0] = {
      ...turned.dsseEnvelope.signatures[0],
      keyid: turned.verificationMaterial.publicKey.hint,
      sig: sig.toString('base64'),
    };
    expect(await verdict({ bundle: turned, artifact })).toMatchObject({
      answer: { verdict: 'refused', code: 'signature_invalid' },
    });
    expect(await verdict({ bundle: { mediaType: 'x' }, artifact })).toMatchObject({
      answer: { verdict: 'refused', code: 'bundle_invalid' },
    });
    expect(await verdict({ bundle: turned, artifact: 'x' })).toMatchObject({
      status: 400,
      answer: { code: 'schema_invalid' },
    });
  });
  test('good with evidence, as of its checkpoint, and refused with evidence of something else', async () => {
    const story = playStory(outside.world);
    const evidence = story.evidence();
    const text = Buffer.from(story.payload).toString();
    const own = (JSON.parse(text) as { subject: { digest: { sha256: string } }[] }).subject[0]?.digest.sha256;
    const good = await verdict({ bundle: story.bundles[0], artifact: `sha256:${own}`, evidence });
    expect(good.answer).toMatchObject({ verdict: 'good', says: 'approved', asOf: { directory: 1 } });
    const bundle = bundleBy(outside.world, 'file:release', payload);
    expect(await verdict({ bundle, artifact, evidence })).toMatchObject({
      answer: { verdict: 'refused', code: 'evidence_mismatch' },
    });
    expect(await verdict({ bundle, artifact, evidence: {} })).toMatchObject({
      answer: { verdict: 'refused', code: 'schema' },
    });
  });
});

describe('operating', () => {
  test('healthz always, readyz when nothing lacks', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    lacking = ['authority'];
    const answer = await get('/readyz');
    expect([answer.status, answer.json['code'], answer.json['detail']]).toEqual([503, 'busy', 'authority']);
    expect(answer.headers['retry-after']).toBe('1');
    lacking = [];
  });
  test('metrics count by route and code, in the text format, with no path of a caller in a label', async () => {
    await get(`${API}/nowhere-${'x'.repeat(20)}`);
    await outside.sign();
    const answer = await get('/metrics');
    const text = answer.body.toString();
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain(
      'signer_http_answers_total{route="/api/v1/signer/sign/dsse",method="POST",status="202"} 1\n',
    );
    expect(text).toContain('signer_problems_total{code="not_found"}');
    expect(text).toMatch(/signer_http_seconds_bucket\{route="[^"]+",le="\+Inf"\} \d+/);
    expect(text).not.toContain('nowhere');
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+)$/);
  });
  test('HEAD answers as GET does, without a body', async () => {
    const answer = await send(outside.origin, { method: 'HEAD', path: `${API}/keys` });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});

describe('openapi.json', () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
    readonly components: {
      readonly schemas: Record<
        string,
        { properties?: Record<string, unknown>; required?: string[]; additionalProperties?: unknown }
      >;
    };
  }
  const verbs = ['get', 'post', 'delete', 'put', 'patch'];
  test('is 3.1, names every route and no other, and every reference leads somewhere', async () => {
    const document = (await get('/openapi.json')).json as unknown as Document;
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((key) => verbs.includes(key))
        .map((verb) => `${verb} ${path}`),
    );
    const served = described.filter((one) => {
      const [verb = '', path = ''] = one.split(' ');
      return outside.app.hasRoute({
        method: verb.toUpperCase(),
        url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      });
    });
    expect(served).toEqual(described);
    expect(described).toHaveLength(21);
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
    expect(references.length).toBeGreaterThan(10);
    for (const to of references) {
      const found = to
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document);
      expect(found, to).toBeDefined();
    }
    expect(text).not.toMatch(/"\$id"|__shared|"\$schema"/);
  });
  test('describes the body as the server takes it: strict, with what is required', async () => {
    const { components } = (await get('/openapi.json')).json as unknown as Document;
    const body = components.schemas['SignBody'];
    expect(body?.additionalProperties).toBe(false);
    expect(body?.required?.toSorted()).toEqual([
      'options',
      'poe',
      'predicate',
      'predicateType',
      'scannerImageDigest',
      'subject',
    ]);
  });
});
