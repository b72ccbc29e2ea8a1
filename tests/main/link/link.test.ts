// The link against a real feed: sign-in, coming back, requests and their ends, and peers that leave the protocol.
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LINK_PATH } from '../../../contract/wire/link.ts';
import { DeviceFault } from '../../../core/fault/fault.ts';
import { openLink } from '../../../main/link/link.ts';
import { ModelDesk } from '../../faults/histories/model-desk.ts';
import {
  expectedOf,
  makeDecision,
  makeRequest,
  makeWorld,
  samplePayload,
  seal,
  successor,
  type World,
} from '../../support/world.ts';
import { startRig, type Rig, type RigOptions } from '../../signer/feed/rig.ts';
import { openConsole, quick, sealSession, type TestConsole } from './console.ts';

let world: World;
beforeAll(() => {
  world = makeWorld();
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
const rigged = async (options: RigOptions = {}): Promise<Rig> => {
  const rig = await startRig({ world, ...options });
  open.push(rig);
  return rig;
};
const consoled = (rig: { url: string }, overrides: Parameters<typeof openConsole>[3] = {}): TestConsole => {
  const made = openConsole(rig.url, world, world.people.ana, overrides);
  open.push(made.link);
  return made;
};
const payload = samplePayload();

describe('seats', () => {
  test('signs in with the device once, and comes back with the session key', async () => {
    const sessions = new ModelDesk();
    const rig = await rigged({ desk: sessions, sessions: sessions.sessions() });
    const console = consoled(rig);
    await console.until('online');
    for (let round = 0; round < 3; round++) {
      await rig.kill();
      await console.until('waiting');
      open.push(await startRig({ world, desk: rig.desk, sessions: sessions.sessions(), port: rig.port }));
      await console.until('online');
      await open.pop()!.close();
    }
    expect(console.touches()).toBe(1);
    expect(console.states.filter((one) => one.state === 'signing-in').map((one) => one.by)).toEqual([
      'device',
      'session',
      'session',
      'session',
    ]);
  });

  test('a Signer that forgot the session gets a new one, by touch', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    await console.until('online');
    await rig.kill();
    await console.until('waiting');
    open.push(await startRig({ world, desk: rig.desk, port: rig.port }));
    await expect.poll(() => console.touches()).toBe(2);
    await console.until('online');
  });

  test('a device that says no signs out, and nothing is asked of it again until the person wants', async () => {
    const rig = await rigged();
    let refuse = true;
    const console = consoled(rig, {
      signSession: async (session) => {
        if (refuse) throw new DeviceFault('cancelled');
        return sealSession(world.people.ana, session);
      },
    });
    expect(await console.until('signed-out')).toMatchObject({ fault: { code: 'cancelled' } });
    await sleep(50);
    expect(console.touches()).toBe(1);
    refuse = false;
    console.link.signIn();
    await console.until('online');
  });

  test('a sign-in that the Signer refuses signs out with its code', async () => {
    const rig = await rigged();
    const console = consoled(rig, { officer: 'eve' });
    expect(await console.until('signed-out')).toMatchObject({
      fault: { kind: 'refusal', code: 'officer_unknown' },
    });
  });

  test('an app that gives back another session than it was asked to sign is not believed', async () => {
    const rig = await rigged();
    const console = consoled(rig, {
      signSession: async (session) =>
        sealSession(world.people.ana, { ...session, expires: '2026-11-23T23:00:00.000Z' }),
    });
    expect(await console.until('signed-out')).toMatchObject({ fault: { code: 'request_mismatch' } });
    expect(rig.feed.counts().seated).toBe(0);
  });

  test('a connection that goes while the person looks for the key aborts that touch, and asks for a new one', async () => {
    const rig = await rigged({ limits: { signIn: 30 } });
    const aborted: boolean[] = [];
    const console = consoled(rig, {
      signSession: (session, signal) =>
        aborted.length > 0
          ? Promise.resolve(sealSession(world.people.ana, session))
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                aborted.push(true);
                reject(new DeviceFault('cancelled'));
              });
            }),
    });
    await console.until('online');
    expect(console.touches()).toBe(2);
  });

  test('an officer who leaves the directory is signed out, not tried for ever', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    await console.until('online');
    const leave = successor(
      world.chain,
      (next) => {
        next.keys = next.keys.filter((k) => k.holder === null);
        next.officers = next.officers.filter((o) => o.id !== 'ana');
      },
      [world.people.ben, world.people.cai],
    );
    rig.trusted = leave;
    rig.feed.directoryChanged();
    expect(await console.until('signed-out')).toMatchObject({ fault: { code: 'officer_unknown' } });
  });

  test('close ends it: no reconnect, requests rejected', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    await console.until('online');
    await console.link.close();
    expect(console.link.state.state).toBe('closed');
    await expect(console.link.ask('A'.repeat(43))).rejects.toMatchObject({ code: 'unreachable' });
    await expect(
      console.link.fetchPayload('01ARZ3NDEKTSV4RRFFQ69G5FAV', `sha256:${'0'.repeat(64)}`),
    ).rejects.toMatchObject({
      code: 'sign_in_refused',
    });
  });
});

describe('requests', () => {
  test('challenge, decide, ask, payload and proofs', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    const request = makeRequest(world, payload);
    rig.desk.hold(request, payload);
    await console.until('online');
    await expect.poll(() => console.inbox.arrivals.length).toBe(1);
    const challenge = await console.link.challengeFor(request.id);
    expect(await console.link.ask(challenge)).toBeNull();
    const bytes = await console.link.fetchPayload(request.id, request.payloadDigest);
    const sealed = seal(
      world.people.ana,
      makeDecision(expectedOf(world, request, bytes), world.people.ana, { challenge }),
    );
    const recorded = await console.link.decide(sealed);
    expect(recorded.challenge).toBe(challenge);
    expect(await console.link.ask(challenge)).toEqual(recorded);
    await console.link.signature(request.id, Buffer.alloc(32).toString('base64'), 'AAAA');
    await console.link.cosign(1, 'line');
    expect(await console.link.fetchPolicy(world.directory.policy)).toEqual(world.policy);
    expect(await console.link.fetchChain()).toEqual(world.chain);
    expect(await console.link.fetchCheckpoint()).toContain('signer.test/log');
    expect(await console.link.fetchInclusion(0, 1)).toEqual([]);
    expect(await console.link.fetchConsistency(1, 1)).toEqual([]);
    await expect(console.link.fetchPolicy(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'policy_mismatch',
    });
    await expect(console.link.decide(sealed)).resolves.toEqual(recorded);
    await expect(console.link.challengeFor(request.id.replace(/^01/, '00'))).rejects.toMatchObject({
      kind: 'caller',
      code: 'not_found',
    });
  });

  test('a payload that is not what the digest says is refused', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    const request = makeRequest(world, payload);
    rig.desk.hold(request, payload);
    await console.until('online');
    rig.desk.disk.payloads.set(request.payloadDigest, samplePayload('other.tgz'));
    await expect(console.link.fetchPayload(request.id, request.payloadDigest)).rejects.toMatchObject({
      code: 'payload_mismatch',
    });
    await expect(console.link.fetchPayload(request.id, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('an inbox that cannot write ends the connection, and the event comes again', async () => {
    const rig = await rigged();
    const console = consoled(rig);
    await console.until('online');
    console.inbox.fails = new Error('ENOSPC');
    rig.desk.hold(makeRequest(world, payload));
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'journal_unwritable' } });
    expect(console.inbox.arrivals).toEqual([]);
    console.inbox.fails = undefined;
    await expect.poll(() => console.inbox.arrivals.map((one) => one.seq).at(-1)).toBe(1);
  });
});

describe('a peer that is not the Signer', () => {
  /** A server that speaks the subprotocol and says whatever a test wants. */
  async function liar(speak: (ws: WebSocket) => void): Promise<{ url: string }> {
    const server: Server = createServer();
    const sockets = new WebSocketServer({ server, path: LINK_PATH, maxPayload: 0 });
    sockets.on('connection', (ws) => {
      ws.on('error', () => undefined);
      speak(ws);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({
      close: async () => {
        for (const ws of sockets.clients) ws.terminate();
        sockets.close();
        server.closeAllConnections();
        await new Promise((resolve) => {
          server.close(resolve);
        });
      },
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  const hello = (signer = world.pin, versions = ['1']) =>
    JSON.stringify({
      type: 'hello',
      nonce: Buffer.alloc(32).toString('base64url'),
      versions,
      signer,
      directory: world.pin,
    });

  test.each<[string, (ws: WebSocket) => void, string]>([
    ['with another pin', (ws) => ws.send(hello(`sha256:${'1'.repeat(64)}`)), 'signer_mismatch'],
    ['of another version', (ws) => ws.send(hello(world.pin, ['2'])), 'version'],
    ['that says no hello', (ws) => ws.send('{"type":"ping","at":1}'), 'message_invalid'],
    ['that says two', (ws) => (ws.send(hello()), ws.send(hello())), 'message_invalid'],
    [
      'that sends events before welcome',
      (ws) => (
        ws.send(hello()),
        ws.send('{"type":"event","tenant":"acme","seq":1,"event":{"event":"alarm","code":"x","about":"y"}}')
      ),
      'message_invalid',
    ],
    [
      'that answers what was not asked',
      (ws) => (ws.send(hello()), ws.send('{"type":"accepted","ref":9}')),
      'message_invalid',
    ],
    ['that sends no JSON', (ws) => ws.send('hello'), 'message_invalid'],
    ['that sends bytes', (ws) => ws.send(Buffer.from(hello())), 'message_invalid'],
    ['that sends too much', (ws) => ws.send(' '.repeat(1024 * 1024 + 1)), 'unreachable'],
    ['that says nothing', () => undefined, 'timed_out'],
    ['that hangs up', (ws) => ws.close(), 'unreachable'],
  ])('%s', async (_name, speak, code) => {
    let never = 0;
    const console = consoled(await liar(speak), {
      timings: {
        ...quick,
        deadline: code === 'timed_out' ? 100 : 5000, // so that a busy machine is not taken for a silent peer
        backoffFirst: 1000,
        backoffMost: 1000,
      },
      signSession: () => {
        never += 1;
        return new Promise<never>(() => {});
      },
    });
    expect(await console.until('waiting')).toMatchObject({ fault: { code } });
    if (code === 'signer_mismatch' || code === 'version') expect(never).toBe(0);
  });

  /** Seats whoever comes and then says these. */
  const seated = (say: (ws: WebSocket, ref: number) => void) => (ws: WebSocket) => {
    ws.send(hello());
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as {
        type: string;
        ref: number;
        sealed?: { session: { expires: string } };
      };
      if (message.type === 'subscribe')
        return ws.send(JSON.stringify({ type: 'accepted', ref: message.ref }));
      if (message.type !== 'sign-in') return say(ws, message.ref);
      return undefined;
    });
  };

  test('a welcome to another session is not believed', async () => {
    const console = consoled(
      await liar((ws) => {
        ws.send(hello());
        ws.on('message', () => {
          const digest = `sha256:${'2'.repeat(64)}`;
          ws.send(
            JSON.stringify({
              type: 'welcome',
              ref: 1,
              session: digest,
              expires: '2026-11-23T20:00:00.000Z',
              journalHead: null,
              directory: digest,
              checkpoint: 'x'.repeat(80),
            }),
          );
        });
      }),
      { timings: { ...quick, backoffFirst: 1000, backoffMost: 1000 } },
    );
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'message_invalid' } });
  });

  test('one that never answers the sign-in is given up after the deadline', async () => {
    const console = consoled(await liar(seated(() => undefined)), {
      timings: { ...quick, deadline: 50, backoffFirst: 1000, backoffMost: 1000 },
    });
    expect(await console.until('waiting')).toMatchObject({ fault: { code: 'timed_out' } });
  });
});

describe('the address', () => {
  const parts = () => ({
    crypto: { sha256: () => new Uint8Array(), verify: () => false },
    now: () => new Date(0),
    random: (n: number) => new Uint8Array(n),
    signer: '',
    officer: '',
    device: '',
    machine: '',
    signSession: () => Promise.reject(new Error('never')),
    inbox: { cursors: () => [], receive: () => Promise.resolve() },
  });
  test.each([
    ['http://signer.example', null],
    ['http://10.0.0.1:80', null],
    ['https://signer.example', null],
    ['https://signer.example', []],
    ['http://127.0.0.1', ['x']],
    ['https://a:b@signer.example', null],
    ['http://127.0.0.1/?token=x', null],
    ['http://127.0.0.1/path', null],
    ['http://127.0.0.1/#x', null],
    ['ws://127.0.0.1', null],
    ['http://127.0.0.1.evil.example', null],
    ['not a url', null],
  ])('%s with %j cannot be used', (url, ca) => {
    expect(() => openLink({ ...parts(), url, ca })).toThrowCode('usage');
  });
  test('a CA that is no certificate cannot be used', () => {
    expect(() =>
      openLink({ ...parts(), url: 'https://signer.example', ca: ['-----BEGIN CERTIFICATE-----'] }),
    ).toThrowCode('file_malformed');
  });
});
