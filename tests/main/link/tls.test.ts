// The pinned CA: only its certificates, for this very name, over the link and over HTTPS alike.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRequest, makeWorld, samplePayload, type World } from '../../support/world.ts';
import { startRig, type Rig } from '../../signer/feed/rig.ts';
import { testCa, type TestCa } from './certificates.ts';
import { openConsole, quick } from './console.ts';

let world: World;
let ca: TestCa;
let rig: Rig;
beforeAll(async () => {
  world = makeWorld();
  ca = await testCa();
  rig = await startRig({ world, tls: await ca.issue('ip', '127.0.0.1') });
});
afterAll(() => rig.close());

const slow = { ...quick, backoffFirst: 10_000, backoffMost: 10_000 };
const connect = (pinned: (string | Uint8Array)[], url = rig.url) =>
  openConsole(url, world, world.people.ana, { ca: pinned, timings: slow });

describe('a pinned CA', () => {
  test.each<[string, () => string | Uint8Array]>([
    ['PEM', () => ca.pem],
    ['DER', () => ca.der],
  ])('given as %s lets the Signer in, and the payload comes the same way', async (_name, form) => {
    const console = connect([form()]);
    await console.until('online');
    const payload = samplePayload();
    const request = makeRequest(world, payload);
    rig.desk.hold(request, payload);
    expect(Buffer.from(await console.link.fetchPayload(request.id, request.payloadDigest))).toEqual(
      Buffer.from(payload),
    );
    await console.link.close();
  });

  test('of another authority, even one of the same name, keeps it out', async () => {
    const other = await testCa();
    const console = connect([other.pem]);
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'unreachable' } });
    expect(console.touches()).toBe(0);
    await expect(console.link.fetchCheckpoint()).rejects.toMatchObject({ code: 'unreachable' });
    await console.link.close();
  });

  test('is the only one: a server with a certificate of another CA is refused, whatever this process trusts', async () => {
    const other = await testCa('Public CA');
    const public_ = await startRig({ world, tls: await other.issue('ip', '127.0.0.1') });
    const console = connect([ca.pem], public_.url);
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'unreachable' } });
    await console.link.close();
    await public_.close();
  });

  test('does not help a certificate for another name', async () => {
    const wrong = await startRig({ world, tls: await ca.issue('dns', 'elsewhere.test') });
    const console = connect([ca.pem], wrong.url);
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'unreachable' } });
    await expect(console.link.fetchChain()).rejects.toMatchObject({ code: 'unreachable' });
    await console.link.close();
    await wrong.close();
  });

  test('a plain server where TLS is expected is not spoken to', async () => {
    const plain = await startRig({ world });
    const console = connect([ca.pem], plain.url.replace('http:', 'https:'));
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'unreachable' } });
    expect(console.touches()).toBe(0);
    await console.link.close();
    await plain.close();
  });
});
