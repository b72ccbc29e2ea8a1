// Who needs no token must not keep the others waiting: endless work in a small body, and many large bodies at once.
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { toBase64 } from '../../../core/bytes/base64.ts';
import { bundleBy, playStory } from '../../support/evidence-world.ts';
import { samplePayload } from '../../support/world.ts';
import { API } from '../../../signer/http/server.ts';
import { send, startOutside, type Outside } from './setup.ts';

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
afterAll(() => outside.close());

const path = `${API}/verify/dsse`;
const headers = { 'content-type': 'application/json' };
const MIB = 1024 * 1024;
const zeros = (bytes: number): string => `[${'0,'.repeat(bytes / 2 - 1)}0]`;
const artifact = `sha256:${createHash('sha256').update('app.tgz').digest('hex')}`;

/** How long the process did nothing but this, at most, while `work` ran. */
async function longestPause<T>(work: Promise<T>): Promise<{ value: T; pause: number }> {
  let last = performance.now();
  let pause = 0;
  const tick = setInterval(() => {
    pause = Math.max(pause, performance.now() - last);
    last = performance.now();
  }, 5);
  const value = await work;
  pause = Math.max(pause, performance.now() - last);
  clearInterval(tick);
  return { value, pause };
}

describe('verify/dsse', () => {
  const post = (body: string) => send(outside.origin, { method: 'POST', path, headers, body });

  test('does not read millions of values', async () => {
    const { value, pause } = await longestPause(post(zeros(15 * MIB)));
    expect(value.status).toBe(413);
    expect(value.json['code']).toBe('too_large');
    expect(pause).toBeLessThan(1500);
  });

  test('does not read a statement that no key of ours signed', async () => {
    const bundle = bundleBy(outside.world, 'file:release', samplePayload());
    bundle.dsseEnvelope.payload = toBase64(Buffer.from(zeros(8 * MIB)));
    const { value, pause } = await longestPause(post(JSON.stringify({ bundle, artifact })));
    expect(value.json).toMatchObject({ verdict: 'refused', code: 'signature_invalid' });
    expect(pause).toBeLessThan(1500);
  });

  test("does not read another payload beside a good bundle's", async () => {
    const evidence = playStory(outside.world).evidence();
    const [bundle] = evidence.bundles;
    evidence.payload = toBase64(Buffer.from(zeros(8 * MIB)));
    evidence.request.payloadDigest = `sha256:${createHash('sha256')
      .update(zeros(8 * MIB))
      .digest('hex')}`;
    const { value, pause } = await longestPause(post(JSON.stringify({ bundle, artifact, evidence })));
    expect(value.json).toMatchObject({ verdict: 'refused', code: 'payload_mismatch' });
    expect(pause).toBeLessThan(1500);
  });

  test('reads a few bodies at once; who hangs up makes room', async () => {
    const { hostname, port } = new URL(outside.origin);
    const slow = Array.from({ length: 4 }, () => {
      const request = httpRequest({ hostname, port, method: 'POST', path, headers, agent: false });
      request.on('error', () => undefined);
      request.write('{"bundle":');
      return request;
    });
    const answered = async (status: number) => {
      for (let i = 0; i < 200; i++) {
        if ((await post('{}')).status === status) return true;
        await sleep(10);
      }
      return false;
    };
    expect(await answered(503)).toBe(true);
    const busy = await post('{}');
    expect(busy.json['code']).toBe('busy');
    expect(busy.headers['retry-after']).toBe('1');
    expect((await send(outside.origin, { path: `${API}/keys` })).status).toBe(200);
    for (const request of slow) request.destroy();
    expect(await answered(400)).toBe(true);
  });
});

test('sign/dsse refuses a body of more values than it will look at', async () => {
  const body = JSON.stringify({ predicate: 0 }).replace(':0', `:{"a":${zeros(4 * MIB)}}`);
  const { value, pause } = await longestPause(outside.sign({ body }));
  expect({ status: value.status, code: value.json['code'] }).toEqual({ status: 413, code: 'too_large' });
  expect(pause).toBeLessThan(2500);
});
