// Who may open a link at all: attacks on the upgrade request.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from 'node:net';
import { LINK_PATH } from '../../../contract/wire/link.ts';
import { WebSocket } from 'ws';
import { connectRaw, refusedWith, seatRaw, startRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ limits: { strangers: 4 } });
});
afterAll(() => rig.close());

const head = (method: string, path: string, key = Buffer.alloc(16).toString('base64')) => [
  `${method} ${path} HTTP/1.1`,
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: signer.link.v1',
  `Sec-WebSocket-Key: ${key}`,
];

/** The status of the answer to a request written byte by byte. */
const status = (lines: string[]) =>
  new Promise<string | undefined>((resolve) => {
    const socket = connect(rig.port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    let text = '';
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]));
  });

describe('the door', () => {
  test.each(['https://signer.test', 'null', '', 'http://127.0.0.1', 'chrome-extension://abc', 'file://'])(
    'refuses a browser: Origin %j',
    async (origin) => {
      expect(await refusedWith(rig, { headers: { origin } })).toBe(403);
    },
  );

  test('refuses the older name of the Origin header', async () => {
    expect(await refusedWith(rig, { headers: { 'Sec-WebSocket-Origin': 'https://signer.test' } })).toBe(403);
  });

  test.each(['?token=secret', '?session=sha256:00'])('refuses a query string: %s', async (query) => {
    expect(await refusedWith(rig, {}, LINK_PATH + query)).toBe(400);
  });

  test.each([
    '/',
    '/api/v1/signer/link/',
    '/api/v1/signer/links',
    '/api/v1/signer/LINK',
    '/API/v1/signer/link',
    '/api/v1/signer/%6cink',
  ])('knows no other path: %s', async (path) => {
    expect(await refusedWith(rig, {}, path)).toBe(404);
  });

  test.each([
    [['signer.link.v2']],
    [['signer.link.v1', 'signer.link.v2']],
    [['signer.link.v2', 'signer.link.v1']],
    [[]],
    [['SIGNER.LINK.V1']],
  ])('speaks one subprotocol: %j', async (protocols) => {
    expect(await refusedWith(rig, {}, LINK_PATH, protocols)).toBe(400);
  });

  test('refuses a header that is not a WebSocket key, and a POST', async () => {
    expect(await status(head('GET', LINK_PATH, 'short'))).toBe('400');
    expect(await status(head('POST', LINK_PATH))).toBe('405');
  });

  test.each(['?', '#', '?a=1#b', '#?token=x'])(
    'refuses %s behind the path, which clients would not send',
    async (tail) => {
      expect(await status(head('GET', LINK_PATH + tail))).toBe('400');
    },
  );

  test('two Origin headers are refused like one', async () => {
    expect(await status([...head('GET', LINK_PATH), 'Origin: ', 'Origin: http://x'])).toBe('403');
  });

  test('keeps so many strangers and no more: the oldest makes room', async () => {
    const strangers = [1, 2, 3, 4].map(() => connectRaw(rig));
    for (const one of strangers) await one.until('hello');
    const next = connectRaw(rig);
    await next.until('hello');
    expect(await strangers[0]?.closed).toEqual({ code: 4429, reason: 'busy' });
    expect(rig.feed.counts()).toMatchObject({ links: 4, seated: 0 });
    for (const one of [...strangers, next]) one.ws.close();
    await expect.poll(() => rig.feed.counts().links).toBe(0);
  });

  test('a crowd from one address keeps nobody of another out, nor those who are seated', async () => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    const quiet = connectRaw(rig, { localAddress: '127.0.0.2' });
    await quiet.until('hello');
    const crowd = Array.from({ length: 40 }, () => connectRaw(rig));
    await Promise.all(crowd.map((one) => one.until('hello').catch(() => undefined)));
    await expect.poll(() => rig.feed.counts()).toMatchObject({ links: 5, seated: 1 });
    expect([raw.ws.readyState, quiet.ws.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
    for (const one of [...crowd, quiet, raw]) one.ws.close();
    await expect.poll(() => rig.feed.counts().links).toBe(0);
  });

  test('agrees on the subprotocol and on no compression', async () => {
    const raw = connectRaw(rig, { perMessageDeflate: true });
    await raw.until('hello');
    expect(raw.ws.protocol).toBe('signer.link.v1');
    expect(raw.ws.extensions).toBe('');
    raw.ws.close();
  });
});
