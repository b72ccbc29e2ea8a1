// Before and around sign-in: out of turn, malformed, oversize, flooding; each ends the link with a code.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeCodes, LINK_PATH, SUBPROTOCOL } from '../../../contract/wire/link.ts';
import { makeSession, newRequestId } from '../../support/world.ts';
import { connectRaw, seatRaw, startRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const bytes32 = () => randomBytes(32).toString('base64url');
const invalid = { code: closeCodes.message_invalid, reason: 'message_invalid' };

describe('before sign-in', () => {
  const early = {
    subscribe: { type: 'subscribe', ref: 1, cursors: [] },
    'challenge-for': { type: 'challenge-for', ref: 1, requestId: newRequestId() },
    ask: { type: 'ask', ref: 1, challenge: bytes32() },
    cosign: { type: 'cosign', ref: 1, size: 1, line: 'x' },
    'revoke-grant': { type: 'revoke-grant', ref: 1, grant: `sha256:${'0'.repeat(64)}`, reason: 'x' },
    ping: { type: 'ping', at: 1 },
    pong: { type: 'pong', at: 1 },
  };
  test.each(Object.entries(early))('%s is not accepted', async (_name, message) => {
    const raw = connectRaw(rig);
    await raw.until('hello');
    raw.send(message);
    expect(await raw.closed).toEqual(invalid);
    expect(rig.desk.asked).toEqual([]);
  });

  test('nothing is accepted while a sign-in is being checked, and nobody is seated', async () => {
    let store: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const slow = { put: () => stored, get: async () => undefined };
    const own = await startRig({ sessions: slow });
    const raw = connectRaw(own);
    const { nonce } = await raw.until('hello');
    const { sealed } = makeSession(own.world, own.world.people.ana, { nonce });
    raw.send({ type: 'sign-in', ref: 1, sealed });
    raw.send({ type: 'subscribe', ref: 2, cursors: [] });
    expect(await raw.closed).toEqual(invalid);
    store();
    await expect(raw.next()).rejects.toThrow();
    expect(own.feed.counts()).toMatchObject({ links: 0, seated: 0 });
    await own.close();
  });

  test('a second sign-in on a link that is seated ends it', async () => {
    const { raw, sealed } = await seatRaw(rig, rig.world.people.ana);
    raw.send({ type: 'sign-in', ref: 2, sealed });
    expect(await raw.closed).toEqual(invalid);
  });

  test('a link without a sign-in is closed after a while', async () => {
    const short = await startRig({ limits: { signIn: 30 } });
    const raw = connectRaw(short);
    expect(await raw.closed).toEqual({ code: closeCodes.timed_out, reason: 'timed_out' });
    await short.close();
  });
});

describe('malformed', () => {
  const texts: [string, string][] = [
    ['not JSON', '{'],
    ['empty', ''],
    ['an array', '[]'],
    ['a duplicate key', '{"type":"ping","at":1,"at":2}'],
    ['an unsafe number', '{"type":"ping","at":9007199254740993}'],
    ['an unknown type', '{"type":"welcome","ref":1}'],
    [
      'an unknown member',
      '{"type":"ask","ref":1,"challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","x":1}',
    ],
    ['a ref of 0', '{"type":"ask","ref":0,"challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'],
    ['__proto__', '{"type":"ping","at":1,"__proto__":{"x":1}}'],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['text after it', '{"type":"ping","at":1} x'],
  ];
  test.each(texts)('%s ends a stranger', async (_name, text) => {
    const raw = connectRaw(rig);
    await raw.until('hello');
    raw.ws.send(text);
    expect(await raw.closed).toEqual(invalid);
  });

  test.each(texts)('%s ends a seated officer', async (_name, text) => {
    const { raw } = await seatRaw(rig, rig.world.people.ana);
    raw.ws.send(text);
    expect(await raw.closed).toEqual(invalid);
  });

  test('a binary message ends it', async () => {
    const raw = connectRaw(rig);
    await raw.until('hello');
    raw.ws.send(Buffer.from('{"type":"ping","at":1}'), { binary: true });
    expect(await raw.closed).toEqual(invalid);
  });

  test('more than 1 MiB ends it before it is read', async () => {
    const raw = connectRaw(rig);
    await raw.until('hello');
    raw.ws.send(' '.repeat(1024 * 1024 + 1));
    expect((await raw.closed).code).toBe(1009);
  });

  test('exactly 1 MiB is read, and refused for what it says', async () => {
    const raw = connectRaw(rig);
    await raw.until('hello');
    raw.ws.send(' '.repeat(1024 * 1024));
    expect(await raw.closed).toEqual(invalid);
  });

  test('a flood of malformed JSON: one answer, one log line a link, and the Signer stays', async () => {
    const before = rig.lines.length;
    const floods = Array.from({ length: 20 }, async () => {
      const ws = new WebSocket(rig.url.replace('http', 'ws') + LINK_PATH, SUBPROTOCOL);
      await once(ws, 'open');
      let got = 0;
      ws.on('message', () => (got += 1));
      ws.on('error', () => undefined);
      for (let i = 0; i < 500; i++) ws.send('{"type":"nonsense"}');
      await once(ws, 'close');
      return got;
    });
    for (const got of await Promise.all(floods)) expect(got).toBeLessThanOrEqual(1); // the hello
    expect(rig.lines.length - before).toBeLessThanOrEqual(40);
    await expect.poll(() => rig.feed.counts().links).toBe(0);
    const { raw } = await seatRaw(rig, rig.world.people.ben);
    raw.ws.close();
  });
});
